//! [`Board`]: the state of one board, and each change to it. Must not know who may make which
//! change (that is `rules`).

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use game::{Name, Refusal, SessionId, UserId, Version};
use serde::{Deserialize, Serialize};

use crate::drinks::unknown_drink;
use crate::limits::{EDITORS, PLAYERS, TALLY, TEAMS};
use crate::{
    BoardView, Catalogue, DrinkAmount, DrinkId, InviteCode, PlayerEdit, PlayerId, PlayerView,
    TallyView, TeamId, TeamView,
};

/// Everything a board knows, its invite code included.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Board {
    id: SessionId,
    title: Name,
    /// Nobody when the server made the board itself.
    pub(crate) owner: Option<UserId>,
    /// Never holds the owner.
    editors: BTreeSet<UserId>,
    pub(crate) invite: Option<InviteCode>,
    card: Card,
    teams: BTreeMap<TeamId, Name>,
    players: BTreeMap<PlayerId, Player>,
    /// Ids made so far: they are never used again.
    made_teams: u32,
    made_players: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Player {
    name: Name,
    /// A team of this board.
    team_id: Option<TeamId>,
    /// Every drink stands on the board's card.
    drinks: BTreeMap<DrinkId, NonZeroU32>,
}

/// The board's copy of the catalogue.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Card {
    version: Version,
    drinks: BTreeMap<DrinkId, Served>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Served {
    name: Name,
    /// False once it is off the catalogue: kept for its name, since somebody has had one.
    offered: bool,
}

impl Board {
    /// A board without teams and players.
    pub(crate) fn new(
        id: SessionId,
        title: Name,
        owner: Option<UserId>,
        catalogue: Catalogue,
    ) -> Result<Self, Refusal> {
        catalogue.check()?;
        let card = Card { version: catalogue.version, drinks: offered(catalogue).collect() };
        Ok(Self {
            id,
            title,
            owner,
            editors: BTreeSet::new(),
            invite: None,
            card,
            teams: BTreeMap::new(),
            players: BTreeMap::new(),
            made_teams: 0,
            made_players: 0,
        })
    }

    /// The version of the catalogue that this board has a copy of: the server asks, to see whether
    /// there is a newer one.
    #[must_use]
    pub fn catalogue_version(&self) -> Version {
        self.card.version
    }

    pub(crate) fn title(&self) -> &Name {
        &self.title
    }

    pub(crate) fn is_editor(&self, user: &UserId) -> bool {
        self.editors.contains(user)
    }

    pub(crate) fn set_title(&mut self, title: Name) {
        self.title = title;
    }

    pub(crate) fn add_team(&mut self, name: Name) -> Result<TeamView, Refusal> {
        if self.teams.len() >= TEAMS {
            return Err(full("TEAMS_FULL", "teams", TEAMS));
        }
        self.made_teams += 1;
        let id = TeamId::numbered(self.made_teams);
        self.teams.insert(id.clone(), name);
        self.team_view(&id)
    }

    pub(crate) fn rename_team(&mut self, id: &TeamId, name: Name) -> Result<TeamView, Refusal> {
        *self.teams.get_mut(id).ok_or_else(|| unknown_team(id))? = name;
        self.team_view(id)
    }

    /// Its players stay, without a team.
    pub(crate) fn remove_team(&mut self, id: &TeamId) -> Result<(), Refusal> {
        self.teams.remove(id).ok_or_else(|| unknown_team(id))?;
        for player in self.players.values_mut() {
            player.team_id.take_if(|team| team == id);
        }
        Ok(())
    }

    pub(crate) fn add_player(
        &mut self,
        name: Name,
        team_id: Option<TeamId>,
    ) -> Result<PlayerView, Refusal> {
        if self.players.len() >= PLAYERS {
            return Err(full("PLAYERS_FULL", "players", PLAYERS));
        }
        self.check_team(team_id.as_ref())?;
        self.made_players += 1;
        let id = PlayerId::numbered(self.made_players);
        self.players.insert(id.clone(), Player { name, team_id, drinks: BTreeMap::new() });
        self.player_view(&id)
    }

    pub(crate) fn edit_player(&mut self, edit: PlayerEdit) -> Result<PlayerView, Refusal> {
        let PlayerEdit { player_id, name, team_id, drinks } = edit;
        let player = self.player(&player_id)?;
        if let Some(name) = name {
            player.name = name;
        }
        if let Some(team_id) = team_id {
            self.check_team(team_id.as_ref())?;
            self.player(&player_id)?.team_id = team_id;
        }
        for DrinkAmount { drink_id, amount } in drinks.unwrap_or_default() {
            let amount = u32::try_from(amount).ok().filter(|&amount| amount <= TALLY);
            let amount = amount.ok_or_else(|| {
                Refusal::malformed(format!("an amount is a whole number from 0 to {TALLY}"))
            })?;
            self.set_tally(&player_id, &drink_id, amount)?;
        }
        self.player_view(&player_id)
    }

    pub(crate) fn remove_player(&mut self, id: &PlayerId) -> Result<(), Refusal> {
        self.players.remove(id).map(drop).ok_or_else(|| unknown_player(id))
    }

    /// Adds `amount`, which may be negative: a tally then stops at 0.
    pub(crate) fn add_drink(
        &mut self,
        player_id: &PlayerId,
        drink_id: &DrinkId,
        amount: i64,
    ) -> Result<PlayerView, Refusal> {
        let held = self.player(player_id)?.drinks.get(drink_id).map_or(0, |held| held.get());
        let sum = i64::from(held).saturating_add(amount).max(0);
        let sum = u32::try_from(sum).ok().filter(|&sum| sum <= TALLY);
        let sum = sum.ok_or_else(|| {
            Refusal::rule("TALLY_FULL", format!("a player can have had {TALLY} of a drink"))
        })?;
        self.set_tally(player_id, drink_id, sum)?;
        self.player_view(player_id)
    }

    /// `amount` is within the limit. A drink that is off the catalogue may only go down.
    fn set_tally(
        &mut self,
        player_id: &PlayerId,
        drink_id: &DrinkId,
        amount: u32,
    ) -> Result<(), Refusal> {
        let offered = self.card.drinks.get(drink_id).map(|served| served.offered);
        let offered = offered.ok_or_else(|| unknown_drink(drink_id))?;
        let tallies = &mut self.player(player_id)?.drinks;
        let held = tallies.get(drink_id).map_or(0, |held| held.get());
        if !offered && amount > held {
            return Err(unknown_drink(drink_id));
        }
        match NonZeroU32::new(amount) {
            Some(amount) => tallies.insert(drink_id.clone(), amount),
            None => tallies.remove(drink_id),
        };
        Ok(())
    }

    /// Does nothing for the owner and for who is an editor already.
    pub(crate) fn add_editor(&mut self, user: UserId) -> Result<(), Refusal> {
        if self.owner.as_ref() == Some(&user) || self.editors.contains(&user) {
            return Ok(());
        }
        if self.editors.len() >= EDITORS {
            return Err(full("EDITORS_FULL", "editors", EDITORS));
        }
        self.editors.insert(user);
        Ok(())
    }

    pub(crate) fn remove_editor(&mut self, user: &UserId) -> Result<(), Refusal> {
        if self.editors.remove(user) {
            return Ok(());
        }
        Err(Refusal::not_found("UNKNOWN_EDITOR", format!("{user} is not an editor of this board")))
    }

    /// Takes a newer catalogue. What was drunk of a drink that is gone stays, under its last name.
    pub(crate) fn take_catalogue(&mut self, catalogue: Catalogue) -> Result<(), Refusal> {
        if catalogue.version <= self.card.version {
            let held = self.card.version;
            return Err(Refusal::conflict("CATALOGUE_OLD", format!("the board has {held}")));
        }
        catalogue.check()?;
        let drunk: BTreeSet<&DrinkId> =
            self.players.values().flat_map(|player| player.drinks.keys()).collect();
        let card = &mut self.card;
        card.version = catalogue.version;
        card.drinks.retain(|id, _| drunk.contains(id));
        card.drinks.values_mut().for_each(|served| served.offered = false);
        card.drinks.extend(offered(catalogue));
        Ok(())
    }

    /// What everyone sees.
    pub(crate) fn view(&self) -> BoardView {
        let mut teams: BTreeMap<&TeamId, TeamView> =
            self.teams.iter().map(|(id, name)| (id, empty_team(id, name))).collect();
        for (id, player) in &self.players {
            if let Some(team) = player.team_id.as_ref().and_then(|team| teams.get_mut(team)) {
                team.player_ids.push(id.clone());
            }
        }
        BoardView {
            id: self.id,
            title: self.title.clone(),
            players: self.players.iter().map(|(id, player)| self.show(id, player)).collect(),
            teams: teams.into_values().collect(),
            owner: self.owner.clone(),
            editors: self.editors.iter().cloned().collect(),
        }
    }

    fn player_view(&self, id: &PlayerId) -> Result<PlayerView, Refusal> {
        let player = self.players.get(id).ok_or_else(|| unknown_player(id))?;
        Ok(self.show(id, player))
    }

    fn show(&self, id: &PlayerId, player: &Player) -> PlayerView {
        let tally = |(id, amount): (&DrinkId, &NonZeroU32)| TallyView {
            drink_id: id.clone(),
            drink_name: self.card.name(id).clone(),
            amount: amount.get(),
        };
        PlayerView {
            id: id.clone(),
            name: player.name.clone(),
            team_id: player.team_id.clone(),
            drinks: player.drinks.iter().map(tally).collect(),
        }
    }

    fn team_view(&self, id: &TeamId) -> Result<TeamView, Refusal> {
        let name = self.teams.get(id).ok_or_else(|| unknown_team(id))?;
        let members = self.players.iter().filter(|(_, player)| player.team_id.as_ref() == Some(id));
        let player_ids = members.map(|(id, _)| id.clone()).collect();
        Ok(TeamView { player_ids, ..empty_team(id, name) })
    }

    fn player(&mut self, id: &PlayerId) -> Result<&mut Player, Refusal> {
        self.players.get_mut(id).ok_or_else(|| unknown_player(id))
    }

    fn check_team(&self, team_id: Option<&TeamId>) -> Result<(), Refusal> {
        match team_id {
            Some(id) if !self.teams.contains_key(id) => Err(unknown_team(id)),
            _ => Ok(()),
        }
    }
}

impl Card {
    fn name(&self, id: &DrinkId) -> &Name {
        &self.drinks.get(id).expect("a drink that somebody has had stays on the card").name
    }
}

fn offered(catalogue: Catalogue) -> impl Iterator<Item = (DrinkId, Served)> {
    catalogue.drinks.into_iter().map(|drink| (drink.id, Served { name: drink.name, offered: true }))
}

fn empty_team(id: &TeamId, name: &Name) -> TeamView {
    TeamView { id: id.clone(), name: name.clone(), player_ids: Vec::new() }
}

fn unknown_team(id: &TeamId) -> Refusal {
    Refusal::not_found("UNKNOWN_TEAM", format!("this board has no team {id}"))
}

fn unknown_player(id: &PlayerId) -> Refusal {
    Refusal::not_found("UNKNOWN_PLAYER", format!("this board has no player {id}"))
}

fn full(code: &'static str, what: &str, limit: usize) -> Refusal {
    Refusal::conflict(code, format!("a board has at most {limit} {what}"))
}
