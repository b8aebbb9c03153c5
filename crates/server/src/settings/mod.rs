//! What an operator can set: one struct, three sources, the later ones winning: the file
//! `parlor.toml`, the environment (`PARLOR_*`), flags. Must not know what a setting does elsewhere.
//!
//! Each setting is written once, with its reason, default, unit and range, in the lists below;
//! `docs/SETTINGS.md`, the error texts and the names in the environment come from there.

mod check;
mod env;
mod error;
mod field;
mod load;
mod network;
mod print;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use hub::{HubConfig, HubLimits};

use crate::machine;

pub use error::SettingsError;
pub use field::{Field, Kind};
use field::{choice, section};
pub use load::Overrides;
pub use network::Network;

/// Messages that a socket may send at once after a quiet time, as a multiple of its rate: a page
/// that resumes many topics.
const MESSAGE_BURST: u32 = 4;

section! {
    /// Every setting. Unknown names are refused.
    Settings at "" {
        /// Where to listen. The default is reachable from this machine only; put a proxy with TLS in
        /// front before you open it to others.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        /// Directory of the database and of the signing secret; made at the first start, readable
        /// by its owner only.
        data_dir: PathBuf = PathBuf::from("./data");
        /// Where sessions and users are kept: `sqlite` is a file in `data_dir`, `memory` forgets
        /// everything at the end.
        store: StoreKind = StoreKind::Sqlite;
        /// How several servers tell each other of changes; `local` is for one server.
        bus: BusKind = BusKind::Local;
        /// The address that people reach this server at, for links. Without it, links are relative.
        public_url: Option<String> = None, as "a URL, like https://parlor.example";
        /// Pages of other origins that may use this server, over HTTP and sockets alike. Pages of
        /// the same host always may; `*` lets every page in.
        allowed_origins: Vec<String> = Vec::new(),
            as "origins, like https://app.example, without a path";
        /// Proxies whose `X-Forwarded-For` is believed; for anyone else the address of the
        /// connection counts.
        trusted_proxies: Vec<String> = vec!["127.0.0.1".to_owned(), "::1".to_owned()],
            as "addresses or networks, like 10.0.0.0/8";
    } with {
        /// Logs.
        log: LogSettings,
        /// Logins.
        auth: AuthSettings,
        /// Limits of people and of memory.
        limits: LimitSettings,
        /// Live sockets.
        hub: HubSettings,
        /// Going down.
        drain: DrainSettings,
        /// Live sessions.
        tables: TableSettings,
        /// The scoreboard.
        scoreboard: ScoreboardSettings,
        /// The casino.
        casino: CasinoSettings,
    }
}

section! {
    /// Logs.
    LogSettings at "log" {
        /// `text` for people, `json` for programs.
        format: LogFormat = LogFormat::Text;
        /// What to log: a level, or levels by part. `RUST_LOG` is stronger.
        level: String = "info".to_owned(),
            as "error, warn, info, debug, trace, or levels by part, like info,server=debug";
    }
}

section! {
    /// Logins.
    AuthSettings at "auth" {
        /// The secret that signs this server's own tokens, at least 32 bytes. Without it,
        /// `secret.key` in `data_dir`, made at the first start.
        secret_file: Option<PathBuf> = None;
        /// Life of an access token. A socket renews its login in place.
        access_minutes: u64 = 60, "minutes", 1 to 43_200;
        /// Life of a refresh token; each renewal starts it anew. A guest who is away longer
        /// is a new guest.
        refresh_days: u64 = 90, "days", 1 to 3_650;
        /// People may log in by giving a name, or none.
        guests: bool = true;
        /// People may sign up: choose a name to log in with and a password. When off, only those log in
        /// with a password whom an operator has added (`parlor user add --login`).
        signup: bool = true;
        /// Which tokens may stand in the address of a socket (`?token=`): `any`, for old clients;
        /// `ws-only` takes single-use socket tokens there and is the choice for the open internet,
        /// since addresses end up in logs.
        query_tokens: QueryTokens = QueryTokens::Any;
        /// Public key (PEM) of your own identity provider: RSA (RS256), P-256 (ES256), P-384
        /// (ES384) or Ed25519 (EdDSA). Read at start.
        public_key_file: Option<PathBuf> = None;
        /// Public keys of your own identity provider as a JWKS file. Read at start.
        jwks_file: Option<PathBuf> = None;
        /// The `iss` that tokens of your identity provider must have; needed with its keys.
        issuer: Option<String> = None;
        /// The `aud` that tokens of your identity provider must have; needed with its keys.
        audience: Option<String> = None;
        /// The claim of such a token that lists roles (`admin`, `service`); dots lead inside:
        /// `realm_access.roles`. Without it, such tokens give no role.
        roles_claim: Option<String> = None;
        /// The claim of such a token with the name to show.
        name_claim: String = "name".to_owned();
    }
}

section! {
    /// Limits of people and of memory.
    LimitSettings at "limits" {
        /// Lifts the limits of rates and of sockets for each user and address, for load tests.
        /// Limits of size stay.
        off: bool = false;
        /// One message from a client over a socket. Commands are small; a larger one is a mistake
        /// or an attack.
        message_bytes: usize = protocol::limits::MESSAGE_BYTES, "bytes", 256 to 1_048_576;
        /// Messages of one socket, on average; four times as many may come at once after a quiet
        /// time. A person who drags a slider sends 30.
        messages_per_second: u32 = protocol::limits::MESSAGES_PER_SECOND, "a second", 1 to 100_000;
        /// Topics of one socket: a page that shows a lobby and a few tables.
        subscriptions_per_socket: usize = protocol::limits::SUBSCRIPTIONS_PER_SOCKET,
            "topics", 1 to 4_096;
        /// Events that wait for one slow socket before it is closed with 4408: seconds of a busy
        /// table.
        event_queue: usize = protocol::limits::EVENT_QUEUE, "frames", 8 to 65_536;
        /// One HTTP body.
        body_bytes: usize = protocol::limits::BODY_BYTES, "bytes", 1_024 to 16_777_216;
        /// Stored state of one session: it is hashed and stored whole at each commit.
        state_bytes: usize = protocol::limits::STATE_BYTES, "bytes", 1_024 to 16_777_216;
        /// HTTP requests of one user; twice as many may come at once. Users with the role `service`
        /// are not counted.
        requests_per_second: u32 = 50, "a second", 1 to 100_000;
        /// HTTP requests and socket upgrades from one address, logged in or not; twice as many may
        /// come at once. High, since a whole school may share one address.
        requests_per_second_per_address: u32 = 1_000, "a second", 1 to 1_000_000;
        /// New guests from one address; as many may come at once. Each is a record in the store.
        guests_per_minute_per_address: u32 = 600, "a minute", 1 to 1_000_000;
        /// Sign-ups from one address; as many may come at once: a school class. Each costs a hash of
        /// the password and is a record in the store.
        signups_per_minute_per_address: u32 = 60, "a minute", 1 to 1_000_000;
        /// Log-ins with a password from one address, good or not; as many may come at once. Each costs a
        /// hash of the password.
        logins_per_minute_per_address: u32 = 120, "a minute", 1 to 1_000_000;
        /// Wrong passwords for one account within 15 minutes, wherever they come from; then every log-in
        /// is refused until the 15 minutes are over. A good one starts the count anew. Each server
        /// counts for itself.
        failed_logins_per_account: u32 = 10, "in 15 minutes", 1 to 1_000_000;
        /// Renewals of logins from one address; as many may come at once. Each used refresh token is
        /// remembered until it expires.
        refreshes_per_minute_per_address: u32 = 600, "a minute", 1 to 1_000_000;
        /// Sockets of one user: a few devices with a few pages.
        sockets_per_user: usize = 32, "sockets", 1 to 100_000;
        /// Sockets from one address; 0 for no limit, since a whole school may share one.
        sockets_per_address: usize = 0, "sockets", 0 to 1_000_000;
        /// Sockets in all. The server also stops 10 % below its limit of open files.
        connections: usize = 100_000, "sockets", 1 to 10_000_000;
    }
}

section! {
    /// Live sockets.
    HubSettings at "hub" {
        /// Threads that write to sockets; 0 for one each core.
        shards: usize = 0, "threads", 0 to 64;
        /// Time between two pings to a socket: proxies drop what is idle for 30 or 60 s.
        heartbeat_seconds: u64 = 20, "seconds", 1 to 3_600;
        /// A socket of which nothing was heard for so long is closed with 4450: two pings.
        silent_seconds: u64 = 40, "seconds", 2 to 7_200;
        /// Offer permessage-deflate. Costs processor time; worth it for phones.
        compression: bool = false;
        /// Write to many sockets with one call into the kernel, where it has `io_uring` (Linux 5.12)
        /// and lets us: a tenth less processor time for a delivery. Else each write is a call.
        io_uring: bool = true;
    }
}

section! {
    /// Going down after SIGTERM.
    DrainSettings at "drain" {
        /// How long to serve on after readiness has turned red, so that the balancer notices.
        lame_duck_seconds: u64 = 0, "seconds", 0 to 600;
        /// Sockets are closed spread over this time, each told when to come back, so that the next
        /// server is not stormed.
        window_seconds: u64 = 5, "seconds", 0 to 600;
        /// How long to wait then for commits and requests on their way.
        grace_seconds: u64 = 10, "seconds", 1 to 600;
    }
}

section! {
    /// Live sessions.
    TableSettings at "tables" {
        /// A session without viewers and commands leaves memory after this time; its next use loads
        /// it again.
        idle_seconds: u64 = 60, "seconds", 1 to 86_400;
    }
}

section! {
    /// The scoreboard.
    ScoreboardSettings at "scoreboard" {
        /// Who may change the catalogue of drinks, which all boards share: every signed-in user
        /// (`users`), or `admins`.
        catalogue_editors: CatalogueEditors = CatalogueEditors::Users;
    }
}

section! {
    /// The casino.
    CasinoSettings at "casino" {
        /// What the slot machine pays to wallets that are made from now on: `fair` gives back 95.1 %
        /// of what is staked, `classic` 65.7 %.
        paytable: Paytable = Paytable::Fair;
    }
}

choice! {
    /// Where sessions and users are kept.
    StoreKind {
        /// A file in the data directory.
        Sqlite = "sqlite",
        /// Nowhere.
        Memory = "memory",
    }
}

choice! {
    /// How several servers tell each other of changes.
    BusKind {
        /// There is one server.
        Local = "local",
    }
}

choice! {
    /// How a log line looks.
    LogFormat {
        /// For people.
        Text = "text",
        /// For programs.
        Json = "json",
    }
}

choice! {
    /// Which tokens may stand in the address of a socket.
    QueryTokens {
        /// Every token.
        Any = "any",
        /// Single-use socket tokens.
        WsOnly = "ws-only",
    }
}

choice! {
    /// Who may change the catalogue of drinks.
    CatalogueEditors {
        /// Every signed-in user.
        Users = "users",
        /// Users with the role `admin`.
        Admins = "admins",
    }
}

choice! {
    /// What the slot machine pays.
    Paytable {
        /// 65.7 %.
        Classic = "classic",
        /// 95.1 %.
        Fair = "fair",
    }
}

impl Settings {
    /// Every setting, in the order of the docs.
    pub fn fields() -> impl Iterator<Item = &'static Field> {
        [
            Self::FIELDS,
            LogSettings::FIELDS,
            AuthSettings::FIELDS,
            LimitSettings::FIELDS,
            HubSettings::FIELDS,
            DrainSettings::FIELDS,
            TableSettings::FIELDS,
            ScoreboardSettings::FIELDS,
            CasinoSettings::FIELDS,
        ]
        .into_iter()
        .flatten()
    }

    /// Is the page's origin (the `Origin` header) on the list? Pages of the same host may always
    /// use the server; that is for the caller to compare.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.public_url.as_deref().map(check::origin_of).is_some_and(|own| own == origin)
            || self.allowed_origins.iter().any(|allowed| *allowed == origin || allowed == "*")
    }

    /// Where sessions and users are kept.
    #[must_use]
    pub const fn store_kind(&self) -> StoreKind {
        self.store
    }

    /// What of these settings the hub needs to know. `files` is how many files this process may
    /// open: a tenth of them is left for all that is not a socket.
    #[must_use]
    pub fn hub_config_within(&self, files: u64) -> HubConfig {
        let limits = &self.limits;
        let defaults = HubConfig::default();
        let rate = if limits.off { 0 } else { limits.messages_per_second };
        let files = usize::try_from(files / 10 * 9).unwrap_or(usize::MAX);
        HubConfig {
            shards: if self.hub.shards == 0 { defaults.shards } else { self.hub.shards },
            limits: HubLimits {
                connections: limits.connections.min(files),
                inbound_message: limits.message_bytes,
                messages_per_second: rate,
                message_burst: rate.saturating_mul(MESSAGE_BURST),
                // One more than the limit that is refused politely.
                subscriptions_per_socket: limits.subscriptions_per_socket + 1,
                event_queue: limits.event_queue,
                ..defaults.limits
            },
            heartbeat: Duration::from_secs(self.hub.heartbeat_seconds),
            silent: Duration::from_secs(self.hub.silent_seconds),
            compression: self.hub.compression,
            io_uring: self.hub.io_uring,
            ..defaults
        }
    }

    /// The same on this machine; raises the limit of open files as far as it goes.
    #[must_use]
    pub fn hub_config(&self) -> HubConfig {
        self.hub_config_within(machine::raise_open_files())
    }

    /// The networks of [`Settings::trusted_proxies`].
    #[must_use]
    pub fn proxies(&self) -> Vec<Network> {
        self.trusted_proxies.iter().filter_map(|text| text.parse().ok()).collect()
    }

    /// Logs what an operator should know before this goes live.
    pub fn warn_of_risks(&self) {
        for warning in self.warnings() {
            tracing::warn!("{warning}");
        }
    }

    /// What an operator should know before this goes live: one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let open = !self.listen.ip().is_loopback();
        if open && self.auth.query_tokens == QueryTokens::Any {
            warnings.push(format!(
                "listening on {} with auth.query_tokens = \"any\": tokens in addresses end up in \
                 the logs of proxies; \"ws-only\" is recommended beyond this machine",
                self.listen
            ));
        }
        if self.limits.off {
            warnings.push("limits.off = true: rates are not limited".to_owned());
        }
        if self.allowed_origins.iter().any(|origin| origin == "*") {
            warnings.push("allowed_origins has \"*\": every page may use this server".to_owned());
        }
        if self.store == StoreKind::Memory {
            warnings.push("store = \"memory\": everything is gone at the end".to_owned());
        }
        warnings
    }
}

#[cfg(test)]
mod tests;
