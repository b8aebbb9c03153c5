//! Views of the confirmed state: one for each viewer class, made once a version; patches between
//! two views of the same class; the window that a viewer can resume from. Must not know who is
//! subscribed.

use std::collections::{HashMap, VecDeque};

use game::{Version, Viewer};
use serde_json::value::RawValue;

use crate::diff::diff;
use crate::limits::{CACHED_PATCHES, HISTORY_BYTES, HISTORY_VERSIONS};
use crate::{AnyGame, AnyState, RawJson};

/// The difference between two views of one class, as RFC 6902.
#[derive(Debug, Clone)]
pub struct Patch {
    /// The version that it applies to.
    pub base: Version,
    /// The operations.
    pub operations: RawJson,
}

/// Invariant: `states` is never empty, its versions rise, and its last one is the confirmed state.
/// A class that is cached is cached for the last version, or its entry is replaced on next use.
#[derive(Debug)]
pub(crate) struct Views {
    states: VecDeque<(Version, AnyState, usize)>,
    bytes: usize,
    classes: HashMap<Viewer, Class>,
}

#[derive(Debug)]
struct Class {
    version: Version,
    view: RawJson,
    /// The view before this one, where patches are asked for.
    before: Option<(Version, RawJson)>,
    patches: VecDeque<(Version, Option<Patch>)>,
}

impl Views {
    pub(crate) fn new(version: Version, state: AnyState, bytes: usize) -> Self {
        Self { states: VecDeque::from([(version, state, bytes)]), bytes, classes: HashMap::new() }
    }

    /// Goes on to a newer confirmed state.
    pub(crate) fn advance(&mut self, version: Version, state: AnyState, bytes: usize) {
        debug_assert!(version > self.version(), "versions rise");
        self.states.push_back((version, state, bytes));
        self.bytes += bytes;
        while self.states.len() > 1
            && (self.states.len() > HISTORY_VERSIONS || self.bytes > HISTORY_BYTES)
        {
            let dropped = self.states.pop_front().map_or(0, |(_, _, bytes)| bytes);
            self.bytes -= dropped;
        }
    }

    pub(crate) fn version(&self) -> Version {
        self.states.back().expect("never empty").0
    }

    pub(crate) fn state(&self) -> &AnyState {
        &self.states.back().expect("never empty").1
    }

    /// The confirmed view of this class.
    pub(crate) fn view(&mut self, game: &dyn AnyGame, viewer: Viewer) -> RawJson {
        self.class(game, viewer).view.clone()
    }

    /// What leads from the view at `base` to the confirmed one; `None` when `base` is not held any
    /// more, is ahead, or when the whole view is not larger than the patch.
    pub(crate) fn patch(
        &mut self,
        game: &dyn AnyGame,
        viewer: Viewer,
        base: Version,
    ) -> Option<Patch> {
        let current = self.class(game, viewer);
        if base >= current.version {
            return None;
        }
        if let Some((_, known)) = current.patches.iter().find(|(version, _)| *version == base) {
            return known.clone();
        }
        let old = match &current.before {
            Some((version, view)) if *version == base => view.clone(),
            _ => self.view_at(game, viewer, base)?,
        };
        let class = self.class(game, viewer);
        let operations = diff(old.get(), class.view.get());
        let patch = (operations.len() < class.view.get().len()).then(|| {
            let operations = RawValue::from_string(operations).expect("a patch is JSON");
            Patch { base, operations: operations.into() }
        });
        if class.patches.len() == CACHED_PATCHES {
            class.patches.pop_front();
        }
        class.patches.push_back((base, patch.clone()));
        patch
    }

    fn class(&mut self, game: &dyn AnyGame, viewer: Viewer) -> &mut Class {
        let version = self.version();
        let state = self.states.back().expect("never empty").1.clone();
        let fresh = |before| Class {
            version,
            view: game.view(&state, viewer),
            before,
            patches: VecDeque::new(),
        };
        let class = self.classes.entry(viewer).or_insert_with(|| fresh(None));
        if class.version != version {
            let patched = !class.patches.is_empty();
            let before = patched.then(|| (class.version, class.view.clone()));
            *class = fresh(before);
        }
        class
    }

    fn view_at(&self, game: &dyn AnyGame, viewer: Viewer, at: Version) -> Option<RawJson> {
        let index = self.states.binary_search_by_key(&at, |(version, _, _)| *version).ok()?;
        Some(game.view(&self.states[index].1, viewer))
    }
}
