//! Too many requests: counted by address before anything else is done, by user once the login is
//! known. Must not know any route.
//!
//! The limit of an address is high, since a whole school may share one; the limit of a user is what
//! one person's pages need.

mod failures;

use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use game::UserId;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use store::SiteId;

use crate::auth::{Login, SERVICE};
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::settings::{Network, Settings};
pub use failures::Attempt;
use failures::Failures;

/// Checks between two clearings of those that are back to rest.
const CLEAR_EVERY: u32 = 4_096;

/// Counts requests. A clone is one more handle on the same counts.
#[derive(Clone)]
pub struct Rates(Arc<Inner>);

struct Inner {
    addresses: Option<Limiter<IpAddr>>,
    users: Option<Limiter<UserId>>,
    guests: Option<Limiter<IpAddr>>,
    signups: Option<Limiter<IpAddr>>,
    logins: Option<Limiter<IpAddr>>,
    refreshes: Option<Limiter<IpAddr>>,
    failures: Option<Failures>,
    proxies: Vec<Network>,
    metrics: Metrics,
}

impl Rates {
    /// Counts by these settings; with `limits.off` everything passes.
    #[must_use]
    pub fn new(settings: &Settings, metrics: Metrics) -> Self {
        Self::per(settings, metrics, Duration::from_secs(1), Duration::from_secs(60))
    }

    /// The same with seconds and minutes of another length, so that tests can count exactly.
    fn per(settings: &Settings, metrics: Metrics, second: Duration, minute: Duration) -> Self {
        let limits = &settings.limits;
        let (address, user) = (limits.requests_per_second_per_address, limits.requests_per_second);
        let on = !limits.off;
        let a_minute = |rate: u32| on.then(|| Limiter::new(rate, rate, minute));
        Self(Arc::new(Inner {
            addresses: on.then(|| Limiter::new(address, address.saturating_mul(2), second)),
            users: on.then(|| Limiter::new(user, user.saturating_mul(2), second)),
            guests: a_minute(limits.guests_per_minute_per_address),
            signups: a_minute(limits.signups_per_minute_per_address),
            logins: a_minute(limits.logins_per_minute_per_address),
            refreshes: a_minute(limits.refreshes_per_minute_per_address),
            failures: on.then(|| Failures::new(limits.failed_logins_per_account, minute * 15)),
            proxies: settings.proxies(),
            metrics,
        }))
    }

    /// One more request of this user. Services are not counted: a backend that mirrors its games
    /// speaks for all of their players, and the operator has made its token.
    pub fn login(&self, login: &Login) -> Result<(), Problem> {
        if login.has(SERVICE) {
            return Ok(());
        }
        let text = "too many requests of this user";
        self.count(self.0.users.as_ref(), login.user.clone(), "user", text)
    }

    /// One more guest from this address.
    pub fn guest(&self, address: IpAddr) -> Result<(), Problem> {
        let text = "too many new guests from this address";
        self.count(self.0.guests.as_ref(), network_of(address), "guests", text)
    }

    /// One more sign-up from this address.
    pub fn sign_up(&self, address: IpAddr) -> Result<(), Problem> {
        let text = "too many sign-ups from this address";
        self.count(self.0.signups.as_ref(), network_of(address), "signups", text)
    }

    /// One more log-in with a password from this address.
    pub fn log_in(&self, address: IpAddr) -> Result<(), Problem> {
        let text = "too many log-ins from this address";
        self.count(self.0.logins.as_ref(), network_of(address), "logins", text)
    }

    /// One more renewal from this address.
    pub fn refresh(&self, address: IpAddr) -> Result<(), Problem> {
        let text = "too many renewals of logins from this address";
        self.count(self.0.refreshes.as_ref(), network_of(address), "refreshes", text)
    }

    /// A log-in to this account begins. It counts as failed until it is said to have come about, so that
    /// many at once cannot try more than many in turn. Whether there is such an account does not matter.
    pub fn attempt(&self, site_id: &SiteId) -> Result<Attempt<'_>, Problem> {
        let Some(failures) = &self.0.failures else { return Ok(Attempt::uncounted()) };
        failures.attempt(site_id).map_err(|wait| {
            self.0.metrics.rate_limited("failed_logins");
            let text = "too many failed log-ins to this account";
            Problem::rate_limited(text, wait.as_secs() + 1)
        })
    }

    /// One more request from this address.
    pub fn address(&self, address: IpAddr) -> Result<(), Problem> {
        let text = "too many requests from this address";
        self.count(self.0.addresses.as_ref(), network_of(address), "address", text)
    }

    /// Where a request comes from: the connection, or what a trusted proxy says.
    #[must_use]
    pub fn client(&self, request: &Request) -> IpAddr {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        client_address(peer, request.headers(), &self.0.proxies)
    }

    fn count<K: Hash + Eq + Clone>(
        &self,
        limiter: Option<&Limiter<K>>,
        who: K,
        limit: &'static str,
        text: &str,
    ) -> Result<(), Problem> {
        let Some(wait) = limiter.and_then(|limiter| limiter.check(&who)) else { return Ok(()) };
        self.0.metrics.rate_limited(limit);
        // Up to whole seconds: the header knows no parts, and earlier would be refused again.
        Err(Problem::rate_limited(text, wait.as_secs() + 1))
    }
}

/// Middleware: refuses floods by address before anything is read. Put it outside of all others but
/// the trace.
pub async fn limit(State(rates): State<Rates>, mut request: Request, next: Next) -> Response {
    let address = rates.client(&request);
    if let Err(problem) = rates.address(address) {
        return problem.into_response();
    }
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

/// Where a request comes from, for handlers behind [`limit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// One limit for many.
struct Limiter<K: Hash + Eq + Clone> {
    buckets: DefaultKeyedRateLimiter<K>,
    clock: DefaultClock,
    checks: AtomicU32,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(rate: u32, burst: u32, per: Duration) -> Self {
        let rate = NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(per / rate.get())
            .unwrap_or_else(|| Quota::per_second(rate))
            .allow_burst(burst);
        Self {
            buckets: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            checks: AtomicU32::new(0),
        }
    }

    /// How long to wait when this is one too many. Those that are back to rest are forgotten from
    /// time to time, so that memory follows the rate of requests and not the number of addresses
    /// that were ever seen.
    fn check(&self, who: &K) -> Option<Duration> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CLEAR_EVERY == CLEAR_EVERY - 1 {
            self.buckets.retain_recent();
        }
        self.buckets.check_key(who).err().map(|until| until.wait_time_from(self.clock.now()))
    }
}

/// The last address in `X-Forwarded-For` that no trusted proxy has put there itself. Read from the
/// right: what stands further left, anyone may have written.
fn client_address(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    let mut client = peer.to_canonical();
    if !trusted(client) {
        return client;
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    for hop in hops.iter().rev() {
        let Some(address) = address_of(hop.trim()) else { break };
        client = address;
        if !trusted(client) {
            break;
        }
    }
    client
}

/// Some proxies write a port behind the address.
fn address_of(text: &str) -> Option<IpAddr> {
    let plain = text.parse::<IpAddr>().ok();
    let address = plain.or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()));
    address.map(|address| address.to_canonical())
}

/// A home has a whole /64 of IPv6 addresses, so they count as one.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests;
