//! Rates: who is counted with whom, and where a request comes from.

use axum::Router;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tower::ServiceExt;

use super::*;

fn rates(change: impl FnOnce(&mut Settings)) -> Rates {
    let mut settings = Settings::default();
    settings.limits.requests_per_second = 2;
    settings.limits.requests_per_second_per_address = 3;
    settings.limits.guests_per_minute_per_address = 5;
    change(&mut settings);
    Rates::per(&settings, Metrics::default(), AGES, AGES)
}

/// So long that nothing more is due while a test runs.
const AGES: Duration = Duration::from_secs(24 * 60 * 60);

/// How many of a hundred pass.
fn passed(mut one: impl FnMut() -> Result<(), Problem>) -> usize {
    (0..100).filter(|_| one().is_ok()).count()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn each_user_and_address_has_a_count_of_its_own() {
    let rates = rates(|_| {});
    let (ada, ben) = (Login::of_test("ada", &[]), Login::of_test("ben", &["admin"]));
    assert_eq!(passed(|| rates.login(&ada)), 4);
    assert_eq!(passed(|| rates.login(&ben)), 4);
    assert_eq!(passed(|| rates.login(&Login::of_test("backend", &[SERVICE]))), 100);
    assert_eq!(passed(|| rates.address(ip("10.0.0.1"))), 6);
    assert_eq!(passed(|| rates.address(ip("10.0.0.2"))), 6);
    assert_eq!(passed(|| rates.guest(ip("10.0.0.1"))), 5);
    // A home has a /64 to itself.
    assert_eq!(passed(|| rates.address(ip("2001:db8::1"))), 6);
    assert_eq!(passed(|| rates.address(ip("2001:db8::2:3"))), 0);
    assert_eq!(passed(|| rates.address(ip("2001:db8:0:1::1"))), 6);
    // An address of IPv4 is the same in the clothes of IPv6.
    assert_eq!(passed(|| rates.address(ip("::ffff:10.0.0.1"))), 0);
}

#[test]
fn a_refusal_says_when_to_come_back() {
    let rates = rates(|settings| settings.limits.guests_per_minute_per_address = 1);
    let address = ip("10.0.0.1");
    assert!(rates.guest(address).is_ok());
    let problem = rates.guest(address).unwrap_err();
    assert_eq!((problem.status.as_u16(), problem.code()), (429, "RATE_LIMITED"));
    let wait = problem.retry_after.unwrap();
    assert!((AGES.as_secs() - 60..=AGES.as_secs()).contains(&wait), "{wait}");
}

#[test]
fn limits_off_lets_everything_pass() {
    let rates = rates(|settings| settings.limits.off = true);
    assert_eq!(passed(|| rates.login(&Login::of_test("ada", &[]))), 100);
    assert_eq!(passed(|| rates.guest(ip("10.0.0.1"))), 100);
    assert_eq!(passed(|| rates.address(ip("10.0.0.1"))), 100);
}

#[test]
fn those_back_to_rest_are_forgotten() {
    let limiter = Limiter::new(1_000_000, 1, Duration::from_secs(1));
    let all = 4 * CLEAR_EVERY;
    for who in 0..all {
        limiter.check(&who);
    }
    // Each was at rest a microsecond after it was seen.
    assert!(limiter.buckets.len() <= CLEAR_EVERY as usize + 1, "{}", limiter.buckets.len());
}

#[test]
fn only_trusted_proxies_are_believed() {
    let proxies: Vec<Network> =
        ["127.0.0.1", "10.0.0.0/8"].iter().map(|text| text.parse().unwrap()).collect();
    for (peer, forwarded, client) in [
        ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
        ("127.0.0.1", &[], "127.0.0.1"),
        ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", &["6.6.6.6, 198.51.100.1, 10.1.1.1"], "198.51.100.1"),
        ("127.0.0.1", &["6.6.6.6", "198.51.100.1, 10.1.1.1"], "198.51.100.1"),
        ("127.0.0.1", &["10.2.2.2, 10.1.1.1"], "10.2.2.2"),
        ("127.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
        ("127.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
        ("127.0.0.1", &["2001:db8::7"], "2001:db8::7"),
        ("127.0.0.1", &["6.6.6.6, unknown"], "127.0.0.1"),
        ("127.0.0.1", &[""], "127.0.0.1"),
    ] {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(line));
        }
        assert_eq!(
            client_address(ip(peer), &headers, &proxies),
            ip(client),
            "{peer} {forwarded:?}"
        );
    }
}

#[tokio::test]
async fn a_flood_is_refused_with_a_problem_before_the_handler_hears_of_it() {
    let rates = rates(|settings| settings.limits.requests_per_second_per_address = 1);
    let app: Router = Router::new()
        .route(
            "/",
            get(|address: axum::Extension<ClientAddress>| async move { address.0.0.to_string() }),
        )
        .layer(from_fn_with_state(rates, limit));
    let ask = |from: &'static str| {
        let app = app.clone();
        async move {
            let mut request = Request::new(Body::empty());
            request.extensions_mut().insert(ConnectInfo(SocketAddr::new(ip(from), 1)));
            app.oneshot(request).await.unwrap()
        }
    };
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let response = ask("203.0.113.9").await;
        let limited = response.status() == 429;
        assert_eq!(response.headers().contains_key("retry-after"), limited);
        statuses.push(response.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429, 429]);
    let other = ask("203.0.113.10").await;
    let body = axum::body::to_bytes(other.into_body(), 99).await.unwrap();
    assert_eq!(body, "203.0.113.10");
}
