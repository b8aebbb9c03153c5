//! Logins from end to end, on a store in memory: what counts, what does not, and when it ends.

use axum::http::{HeaderMap, HeaderValue};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use proptest::prelude::*;
use serde_json::{Value, json};
use store::RefreshToken;
use store::memory::MemoryStore;
use tempfile::TempDir;

use super::*;

/// A server's logins in a directory of their own.
struct World {
    dir: TempDir,
    settings: Settings,
    store: Arc<MemoryStore>,
    auth: Auth,
}

impl World {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = Settings { data_dir: dir.path().join("data"), ..Settings::default() };
        change(&mut settings);
        let store = Arc::new(MemoryStore::new());
        let auth = Auth::new(&settings, store.clone()).unwrap();
        Self { dir, settings, store, auth }
    }

    fn secret(&self) -> Vec<u8> {
        std::fs::read(self.dir.path().join("data/secret.key")).unwrap()
    }

    /// Signs any claims with the server's own secret.
    fn forge(&self, claims: &Value) -> String {
        let key = EncodingKey::from_secret(&self.secret());
        encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
    }

    async fn login(&self) -> Login {
        let body = self.auth.guest(Some("Ada")).await.unwrap();
        self.auth.api(&body.access_token).await.unwrap()
    }
}

fn seconds(from_now: i64) -> i64 {
    i64::try_from(now().0 / 1000).unwrap() + from_now
}

#[tokio::test]
async fn a_guest_has_a_name_an_id_and_no_role() {
    let world = World::new();
    let body = world.auth.guest(Some("  Ada  ")).await.unwrap();
    assert_eq!((body.token_type, body.expires_in), ("bearer", 3600));
    let login = world.auth.api(&body.access_token).await.unwrap();
    assert_eq!(UserNumber::Text(login.user.clone()), body.user.id);
    assert_eq!((login.name.as_deref(), login.kind), (Some("Ada"), TokenKind::Api));
    assert_eq!(login.actor(), Actor::User(login.user.clone()));
    assert!(login.roles.is_empty() && !login.has(ADMIN));
    assert!(login.expires_at > now() && login.issued_at <= now());
    let id: u64 = login.user.as_str().parse().unwrap();
    assert!((1..=SessionId::MAX).contains(&id));
    let kept = world.store.user(&login.user).await.unwrap().unwrap();
    assert!(kept.guest && kept.name == "Ada");
    let text = serde_json::to_value(&body).unwrap();
    assert_eq!(text["user"], json!({"id": id.to_string(), "name": "Ada", "roles": []}));
    assert_eq!(text["refresh_token"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn names_of_guests_are_checked() {
    let world = World::new();
    let longest = "é".repeat(64);
    for (name, kept) in [
        ("Ada", Some("Ada")),
        (longest.as_str(), Some(longest.as_str())),
        ("", None),
        (" \t", None),
        (&"x".repeat(65), None),
        ("a\u{7}b", None),
        ("a\nb", None),
    ] {
        match (world.auth.guest(Some(name)).await, kept) {
            (Ok(body), Some(kept)) => assert_eq!(body.user.name, kept),
            (Err(error), None) => assert_eq!(error, AuthError::BadName, "{name:?}"),
            (outcome, _) => panic!("{name:?}: {outcome:?}"),
        }
    }
    let nameless = world.auth.guest(None).await.unwrap().user.name;
    let digits = nameless.strip_prefix("Guest ").unwrap();
    assert!(digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()), "{nameless}");
}

#[tokio::test]
async fn guests_can_be_turned_away() {
    let world = World::with(|settings| settings.auth.guests = false);
    assert_eq!(world.auth.guest(None).await.unwrap_err(), AuthError::GuestsOff);
    assert!(world.store.users(None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_socket_token_opens_one_socket_and_nothing_else() {
    let world = World::new();
    let login = world.login().await;
    let (token, expires_in) = world.auth.socket_token(&login).unwrap();
    assert_eq!(expires_in, 90);
    assert_eq!(world.auth.api(&token).await, Err(AuthError::WrongAudience));
    let opened = world.auth.socket(&token, Via::Query).await.unwrap();
    assert_eq!((opened.user, opened.kind), (login.user.clone(), TokenKind::Socket));
    // The socket lives as long as the login behind it, not as long as the token.
    assert_eq!((opened.expires_at, opened.issued_at), (login.expires_at, login.issued_at));
    for via in [Via::Query, Via::Subprotocol, Via::Header, Via::Message] {
        assert_eq!(world.auth.socket(&token, via).await, Err(AuthError::Used));
    }
    let (other, _) = world.auth.socket_token(&login).unwrap();
    assert!(world.auth.socket(&other, Via::Subprotocol).await.is_ok());
}

#[tokio::test]
async fn of_many_that_use_one_socket_token_at_once_one_gets_in() {
    let world = World::new();
    let (token, _) = world.auth.socket_token(&world.login().await).unwrap();
    let tries = (0..16).map(|_| world.auth.socket(&token, Via::Query));
    let outcomes = futures_util::future::join_all(tries).await;
    let good = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(good, 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|o| matches!(o, Ok(_) | Err(AuthError::Used))));
}

#[tokio::test]
async fn api_tokens_in_addresses_are_a_setting() {
    for (setting, allowed) in [(QueryTokens::Any, true), (QueryTokens::WsOnly, false)] {
        let world = World::with(|settings| settings.auth.query_tokens = setting);
        let token = world.auth.guest(None).await.unwrap().access_token;
        for via in [Via::Header, Via::Subprotocol, Via::Message] {
            assert!(world.auth.socket(&token, via).await.is_ok(), "{via:?}");
        }
        let in_query = world.auth.socket(&token, Via::Query).await;
        assert_eq!(in_query.is_ok(), allowed, "{in_query:?}");
        assert!(allowed || in_query == Err(AuthError::NotInQuery));
        let login = world.auth.api(&token).await.unwrap();
        let (short, _) = world.auth.socket_token(&login).unwrap();
        assert!(world.auth.socket(&short, Via::Query).await.is_ok());
    }
}

#[tokio::test]
async fn a_refresh_token_works_once() {
    let world = World::new();
    let first = world.auth.guest(Some("Ada")).await.unwrap();
    let second = world.auth.refresh(&first.refresh_token).await.unwrap();
    assert_eq!(second.user, first.user);
    assert_ne!(second.refresh_token, first.refresh_token);
    assert!(world.auth.api(&second.access_token).await.is_ok());
    for token in ["", "x", &"0".repeat(64), &second.access_token] {
        assert_eq!(world.auth.refresh(token).await.unwrap_err(), AuthError::UnknownRefresh);
    }
    let third = world.auth.refresh(&second.refresh_token).await.unwrap();
    let login = world.auth.api(&third.access_token).await.unwrap();
    assert_eq!(world.auth.api(&first.access_token).await.unwrap().family, login.family);
    let again = world.auth.refresh(&first.refresh_token).await.unwrap_err();
    let (user, family) = (login.user.clone(), login.family.clone().unwrap());
    assert_eq!(again, AuthError::Reused { user, family });
    // Nothing of that login is good any more; another login of the same user is.
    for token in [&first, &second, &third].map(|body| &body.refresh_token) {
        assert_eq!(world.auth.refresh(token).await.unwrap_err(), AuthError::UnknownRefresh);
    }
    for token in [&first, &second, &third].map(|body| &body.access_token) {
        assert_eq!(world.auth.api(token).await, Err(AuthError::Revoked));
    }
    assert_eq!(world.auth.was_ended(&login).await, Ok(true));
}

#[tokio::test]
async fn of_many_renewals_at_once_one_comes_about_and_the_login_is_over() {
    let world = World::new();
    let first = world.auth.guest(None).await.unwrap();
    let tries = (0..8).map(|_| world.auth.refresh(&first.refresh_token));
    let outcomes = futures_util::future::join_all(tries).await;
    assert!(outcomes.iter().filter(|outcome| outcome.is_ok()).count() <= 1, "{outcomes:?}");
    for body in outcomes.into_iter().flatten().chain([first]) {
        assert_eq!(world.auth.api(&body.access_token).await, Err(AuthError::Revoked));
        assert!(world.auth.refresh(&body.refresh_token).await.is_err());
    }
}

#[tokio::test]
async fn an_old_refresh_token_is_of_no_use() {
    let world = World::new();
    let body = world.auth.guest(None).await.unwrap();
    let kept = world.store.refresh(&hash_of(&body.refresh_token)).await.unwrap().unwrap();
    world.store.put_refresh(RefreshToken { expires_at: now(), ..kept }).await.unwrap();
    for _ in 0..2 {
        let late = world.auth.refresh(&body.refresh_token).await;
        assert_eq!(late.unwrap_err(), AuthError::UnknownRefresh);
    }
    assert!(world.auth.api(&body.access_token).await.is_ok(), "nobody is a thief for being late");
}

#[tokio::test]
async fn logging_out_ends_this_login_or_all() {
    let world = World::new();
    let here = world.auth.guest(Some("Ada")).await.unwrap();
    let stranger = world.auth.guest(None).await.unwrap();
    let login = world.auth.api(&here.access_token).await.unwrap();
    let user = world.store.user(&login.user).await.unwrap().unwrap();
    let phone = world.auth.begin(&user, None).await.unwrap();
    let desk = world.auth.begin(&user, None).await.unwrap();
    let tablet = world.auth.begin(&user, None).await.unwrap();
    // A refresh token of somebody else stays; one of the same user ends its login along with this one.
    let ended = world.auth.logout(&login, false, Some(&stranger.refresh_token)).await.unwrap();
    assert_eq!(ended, [login.family.clone().unwrap()]);
    let stranger = world.auth.refresh(&stranger.refresh_token).await.unwrap();
    assert!(world.auth.refresh(&here.refresh_token).await.is_err());
    assert_eq!(world.auth.api(&here.access_token).await, Err(AuthError::Revoked));
    let login = world.auth.api(&tablet.access_token).await.unwrap();
    let ended = world.auth.logout(&login, false, Some(&phone.refresh_token)).await.unwrap();
    assert_eq!(ended.len(), 2);
    for body in [&phone, &tablet] {
        assert_eq!(world.auth.api(&body.access_token).await, Err(AuthError::Revoked));
        assert!(world.auth.refresh(&body.refresh_token).await.is_err());
    }

    let login = world.auth.api(&desk.access_token).await.unwrap();
    let (socket, _) = world.auth.socket_token(&login).unwrap();
    assert_eq!(world.auth.was_ended(&login).await, Ok(false));
    world.auth.logout(&login, true, None).await.unwrap();
    assert_eq!(world.auth.was_ended(&login).await, Ok(true));
    for body in [&here, &phone, &desk] {
        assert_eq!(world.auth.api(&body.access_token).await, Err(AuthError::Revoked));
        assert!(world.auth.refresh(&body.refresh_token).await.is_err());
    }
    assert_eq!(world.auth.socket(&socket, Via::Query).await, Err(AuthError::Revoked));
    // A new login counts at once, in the same millisecond even.
    let user = world.store.user(&login.user).await.unwrap().unwrap();
    let fresh = world.auth.begin(&user, None).await.unwrap();
    assert!(world.auth.api(&fresh.access_token).await.is_ok());
    assert!(world.auth.api(&stranger.access_token).await.is_ok());
}

#[tokio::test]
async fn roles_are_those_of_the_store_and_change_at_once() {
    let world = World::new();
    let body = world.auth.guest(None).await.unwrap();
    let id = world.auth.api(&body.access_token).await.unwrap().user;
    world.auth.set_role(&id, SERVICE, true).await.unwrap();
    let actor = world.auth.api(&body.access_token).await.unwrap().actor();
    assert_eq!(actor, Actor::Service(id.clone()));
    world.auth.set_role(&id, SERVICE, false).await.unwrap();
    assert!(!world.auth.api(&body.access_token).await.unwrap().has(SERVICE));
}

#[tokio::test]
async fn a_token_for_scripts_counts_even_without_a_record() {
    let world = World::new();
    let user = User {
        id: UserId::new("42").unwrap(),
        name: "backend".to_owned(),
        roles: vec![SERVICE.to_owned()],
        guest: false,
        created_at: now(),
        valid_from: Timestamp(0),
    };
    let missing = world.auth.issue(&user.id, Duration::from_secs(60)).await;
    assert_eq!(missing, Err(AuthError::Revoked));
    let token = world.auth.issue_for(&user, Duration::from_secs(60)).unwrap();
    let login = world.auth.api(&token).await.unwrap();
    assert_eq!(login.actor(), Actor::Service(user.id.clone()));
    assert!(login.expires_at <= now().plus(61_000));
    world.auth.end_all(&user.id).await.unwrap();
    assert_eq!(world.auth.api(&token).await, Err(AuthError::Revoked));
}

#[tokio::test]
async fn another_server_does_not_know_these_tokens() {
    let (one, other) = (World::new(), World::new());
    let token = one.auth.guest(None).await.unwrap().access_token;
    assert_eq!(other.auth.api(&token).await, Err(AuthError::UnknownKey));
    // Nor does it help to call the key as the other server does.
    let mut parts = token.split('.');
    let (_, claims, signature) = (parts.next(), parts.next().unwrap(), parts.next().unwrap());
    let theirs = other.auth.guest(None).await.unwrap().access_token;
    let header = theirs.split('.').next().unwrap();
    let mixed = format!("{header}.{claims}.{signature}");
    assert_eq!(other.auth.api(&mixed).await, Err(AuthError::BadSignature));
}

#[tokio::test]
async fn claims_of_own_tokens_are_checked_one_by_one() {
    let world = World::new();
    let good =
        json!({"iss": "parlor", "aud": "api", "sub": "7", "exp": seconds(60), "iat": seconds(-9)});
    let cases = [
        (json!({}), Ok(())),
        (json!({"aud": ["api"]}), Ok(())),
        (json!({"exp": seconds(-4)}), Ok(())),
        (json!({"exp": seconds(-7)}), Err(AuthError::Expired)),
        (json!({"exp": null}), Err(AuthError::Malformed)),
        (json!({"exp": "tomorrow"}), Err(AuthError::Malformed)),
        (json!({"exp": -1}), Err(AuthError::Malformed)),
        (json!({"nbf": seconds(60)}), Err(AuthError::NotYet)),
        (json!({"nbf": "tomorrow"}), Err(AuthError::Malformed)),
        (json!({"iat": null}), Err(AuthError::Malformed)),
        (json!({"nbf": seconds(3)}), Ok(())),
        (json!({"iss": "somebody"}), Err(AuthError::WrongIssuer)),
        (json!({"iss": null}), Err(AuthError::WrongIssuer)),
        (json!({"aud": "admin"}), Err(AuthError::WrongAudience)),
        (json!({"aud": "api ws"}), Err(AuthError::WrongAudience)),
        (json!({"aud": ["api", "ws"]}), Err(AuthError::WrongAudience)),
        (json!({"aud": null}), Err(AuthError::WrongAudience)),
        (json!({"aud": "ws"}), Err(AuthError::WrongAudience)),
        (json!({"sub": ""}), Err(AuthError::Malformed)),
        (json!({"sub": 7}), Err(AuthError::Malformed)),
        (json!({"sub": "two words"}), Err(AuthError::Malformed)),
        (json!({"sub": null}), Err(AuthError::Malformed)),
    ];
    for (change, outcome) in cases {
        let mut claims = good.clone();
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                other => claims[name] = other.clone(),
            }
        }
        let found = world.auth.api(&world.forge(&claims)).await.map(drop);
        assert_eq!(found, outcome, "{change}");
    }
    let no_id = json!({"iss": "parlor", "aud": "ws", "sub": "7", "exp": seconds(9), "iat": 0});
    let found = world.auth.socket(&world.forge(&no_id), Via::Query).await;
    assert_eq!(found, Err(AuthError::Malformed));
}

#[tokio::test]
async fn a_socket_token_ends_with_the_login_it_was_made_from() {
    let world = World::new();
    let body = world.auth.guest(None).await.unwrap();
    let login = world.auth.api(&body.access_token).await.unwrap();
    let (token, _) = world.auth.socket_token(&login).unwrap();
    let (late, _) = world.auth.socket_token(&login).unwrap();
    let shown = world.auth.socket(&token, Via::Query).await.unwrap();
    assert_eq!(shown.family, login.family);
    world.auth.logout(&login, false, None).await.unwrap();
    assert_eq!(world.auth.socket(&late, Via::Query).await, Err(AuthError::Revoked));
    assert_eq!(world.auth.was_ended(&shown).await, Ok(true));
    assert_eq!(world.auth.as_of_now(&shown).await, Ok(None));
}

#[tokio::test]
async fn what_another_process_does_is_seen_when_the_store_is_asked_anew() {
    let world = World::new();
    let beside = Auth::new(&world.settings, world.store.clone()).unwrap();
    let body = world.auth.guest(None).await.unwrap();
    let login = world.auth.api(&body.access_token).await.unwrap();
    assert_eq!(world.auth.as_of_now(&login).await, Ok(Some(login.clone())));
    let mut user = world.store.user(&login.user).await.unwrap().unwrap();
    user.roles = vec![ADMIN.to_owned()];
    beside.put_user(user).await.unwrap();
    assert!(world.auth.as_of_now(&login).await.unwrap().unwrap().has(ADMIN));
    beside.logout(&login, false, None).await.unwrap();
    assert_eq!(world.auth.as_of_now(&login).await, Ok(None));
    assert_eq!(world.auth.api(&body.access_token).await, Err(AuthError::Revoked));
}

#[tokio::test]
async fn no_text_of_ours_holds_a_token() {
    let world = World::new();
    let body = world.auth.guest(Some("Ada")).await.unwrap();
    let shown = format!("{body:?}");
    assert!(!shown.contains(&body.access_token) && !shown.contains(&body.refresh_token));
    let error = world.auth.api(&format!("{}x", body.access_token)).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(&body.access_token[..20]));
}

#[tokio::test]
async fn a_request_without_a_token_is_nobody_and_with_a_bad_one_is_refused() {
    let world = World::new();
    let mut headers = HeaderMap::new();
    assert_eq!(world.auth.of_request(&headers).await, Ok(None));
    headers.insert("authorization", HeaderValue::from_static("Bearer x"));
    assert_eq!(world.auth.of_request(&headers).await, Err(AuthError::Malformed));
    assert_eq!(world.auth.of_upgrade(&headers, None).await, Err(AuthError::Malformed));
    headers.insert("authorization", HeaderValue::from_static("Bearer"));
    assert_eq!(world.auth.of_request(&headers).await, Err(AuthError::Malformed));
    let token = world.auth.guest(None).await.unwrap().access_token;
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    assert!(matches!(world.auth.of_request(&headers).await, Ok(Some(_))));
    // In an address, on a request that is not for a socket, it is not looked at.
    let query = format!("token={token}");
    assert!(matches!(world.auth.of_upgrade(&HeaderMap::new(), Some(&query)).await, Ok(Some(_))));
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_no_refusal() {
    let world = World::new();
    let token = world.auth.guest(None).await.unwrap().access_token;
    world.store.close().await.unwrap();
    let found = world.auth.api(&token).await;
    assert!(matches!(found, Err(AuthError::Unavailable(_))), "{found:?}");
    assert!(matches!(world.auth.guest(None).await, Err(AuthError::Unavailable(_))));
}

#[tokio::test]
async fn tokens_outlive_a_restart() {
    let world = World::new();
    let token = world.auth.guest(None).await.unwrap().access_token;
    let again = Auth::new(&world.settings, world.store.clone()).unwrap();
    assert!(again.api(&token).await.is_ok());
}

/// Strings that look more or less like tokens.
fn tokenish() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[A-Za-z0-9_-]{0,40}",
        Just("eyJhbGciOiJub25lIn0".to_owned()),
        Just("eyJhbGciOiJIUzI1NiJ9".to_owned()),
        ".{0,12}",
    ];
    prop_oneof![
        ".{0,80}",
        prop::collection::vec(part, 0..6).prop_map(|parts| parts.join(".")),
        Just("x".repeat(20_000)),
    ]
}

fn with_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_random_token_gets_in(token in tokenish()) {
        let world = World::new();
        with_runtime(async {
            prop_assert!(world.auth.api(&token).await.is_err());
            for via in [Via::Header, Via::Query, Via::Subprotocol, Via::Message] {
                prop_assert!(world.auth.socket(&token, via).await.is_err());
            }
            prop_assert!(world.auth.refresh(&token).await.is_err());
            Ok(())
        })?;
    }

    #[test]
    fn no_random_headers_get_in(
        authorization in prop::collection::vec(any::<u8>(), 0..60),
        subprotocol in prop::collection::vec(any::<u8>(), 0..60),
        bearer: bool,
        query in ".{0,60}",
    ) {
        let world = World::new();
        let mut headers = HeaderMap::new();
        let text = [if bearer { b"Bearer ".as_slice() } else { b"" }, &authorization].concat();
        if let Ok(value) = HeaderValue::from_bytes(&text) {
            headers.append("authorization", value);
        }
        let text = [b"parlor.token.".as_slice(), &subprotocol].concat();
        if let Ok(value) = HeaderValue::from_bytes(&text) {
            headers.append("sec-websocket-protocol", value);
        }
        with_runtime(async {
            prop_assert!(!matches!(world.auth.of_request(&headers).await, Ok(Some(_))));
            prop_assert!(!matches!(world.auth.of_upgrade(&headers, Some(&query)).await, Ok(Some(_))));
            Ok(())
        })?;
    }

    #[test]
    fn one_changed_letter_spoils_a_token(place: prop::sample::Index, letter in "[A-Za-z0-9_.-]") {
        let world = World::new();
        with_runtime(async {
            let token = world.auth.guest(None).await.unwrap().access_token;
            let at = place.index(token.len());
            let changed = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
            let same = changed == token;
            let found = world.auth.api(&changed).await;
            // The last letter carries bits that mean nothing; a strict reader refuses them.
            prop_assert_eq!(found.is_ok(), same, "{} at {}", letter, at);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_login_of_a_socket_token_ends_with_the_others_of_its_user() {
    let world = World::new();
    let login = world.login().await;
    let (token, _) = world.auth.socket_token(&login).unwrap();
    // The token is used up by now, so it cannot be asked again: the login can.
    let shown = world.auth.socket(&token, Via::Query).await.unwrap();
    assert!(!world.auth.was_ended(&shown).await.unwrap());
    world.auth.logout(&login, true, None).await.unwrap();
    assert!(world.auth.was_ended(&shown).await.unwrap());
}
