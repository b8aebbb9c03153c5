//! Claims of foreign tokens, read with a clock of the test's own.

use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp(1_000_000_000);
const NOW_SECONDS: u64 = NOW.0 / 1000;

fn rules(roles_claim: Option<&str>) -> Rules {
    Rules {
        issuer: Some("https://id.example/".to_owned()),
        audience: Some("parlor".to_owned()),
        roles_claim: roles_claim.map(str::to_owned),
        name_claim: "profile.nick".to_owned(),
    }
}

fn read(own: bool, claims: Value, rules: &Rules) -> Result<Claims, AuthError> {
    let Value::Object(claims) = claims else { panic!("claims are an object") };
    Claims::read(&Verified { claims, own }, rules, NOW)
}

fn foreign(change: Value, rules: &Rules) -> Result<Claims, AuthError> {
    let mut claims = json!({
        "iss": "https://id.example/", "aud": "parlor", "sub": "auth0|5f7c",
        "exp": NOW_SECONDS + 60, "iat": NOW_SECONDS - 60,
    });
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    read(false, claims, rules)
}

#[test]
fn a_foreign_token_is_for_us_and_from_them() {
    let rules = rules(None);
    let good = foreign(json!({}), &rules).unwrap();
    assert_eq!((good.kind, good.user.as_str()), (TokenKind::Foreign, "auth0|5f7c"));
    assert_eq!(good.issued_at, Timestamp(NOW.0 - 60_000));
    assert_eq!(good.expires_at, Timestamp(NOW.0 + 60_000));
    assert!(good.foreign && good.login_expires_at.is_none());
    for (change, error) in [
        (json!({"iss": "https://id.example"}), AuthError::WrongIssuer),
        (json!({"iss": ["https://id.example/"]}), AuthError::WrongIssuer),
        (json!({"iss": "parlor"}), AuthError::WrongIssuer),
        (json!({"aud": "shop"}), AuthError::WrongAudience),
        (json!({"aud": "shop parlor"}), AuthError::WrongAudience),
        (json!({"aud": {"parlor": true}}), AuthError::WrongAudience),
        (json!({"exp": NOW_SECONDS - 5}), AuthError::Expired),
        (json!({"nbf": NOW_SECONDS + 6}), AuthError::NotYet),
        (json!({"sub": "x".repeat(129)}), AuthError::Malformed),
    ] {
        assert_eq!(foreign(change.clone(), &rules).err(), Some(error), "{change}");
    }
    assert!(foreign(json!({"aud": ["shop", "parlor"]}), &rules).is_ok());
    assert!(foreign(json!({"exp": NOW_SECONDS - 4}), &rules).is_ok());
    assert!(foreign(json!({"exp": 1e300}), &rules).is_ok());
    assert!(foreign(json!({"exp": NOW_SECONDS as f64 + 0.5}), &rules).is_ok());
}

#[test]
fn without_settings_no_foreign_token_counts() {
    let none = Rules { issuer: None, audience: None, ..rules(None) };
    assert_eq!(foreign(json!({}), &none).err(), Some(AuthError::WrongIssuer));
    let no_audience = Rules { audience: None, ..rules(None) };
    assert_eq!(foreign(json!({}), &no_audience).err(), Some(AuthError::WrongAudience));
}

#[test]
fn roles_and_names_stand_where_the_operator_says() {
    let claims = json!({
        "roles": ["admin"],
        "realm_access": {"roles": ["service", 7, "x"]},
        "https://parlor.example/roles": "admin service",
        "profile": {"nick": "Ada"},
    });
    for (claim, roles) in [
        (None, vec![]),
        (Some("roles"), vec!["admin"]),
        (Some("realm_access.roles"), vec!["service", "x"]),
        (Some("https://parlor.example/roles"), vec!["admin", "service"]),
        (Some("realm_access"), vec![]),
        (Some("not.there"), vec![]),
    ] {
        let read = foreign(claims.clone(), &rules(claim)).unwrap();
        assert_eq!(read.roles, roles, "{claim:?}");
        assert_eq!(read.name.as_deref(), Some("Ada"));
    }
    let odd = foreign(json!({"profile": {"nick": "a\u{1b}[2Jb"}}), &rules(None)).unwrap();
    assert_eq!(odd.name, None);
}

#[test]
fn a_foreign_token_cannot_speak_as_this_server() {
    let claims = json!({
        "login_exp_ms": u64::MAX, "iat_ms": u64::MAX, "jti": "a", "foreign": false, "sid": "theirs",
        "roles": ["admin"], "name": "Root",
    });
    let read = foreign(claims, &rules(None)).unwrap();
    assert_eq!(read.login_expires_at, None);
    assert_eq!(read.issued_at, Timestamp(NOW.0 - 60_000));
    assert_eq!((read.id, read.family, read.name), (None, None, None));
    assert!(read.foreign && read.roles.is_empty());
}

#[test]
fn what_is_made_is_what_is_read() {
    let made = Claims {
        kind: TokenKind::Socket,
        user: UserId::new("7").unwrap(),
        name: Some("Ada".to_owned()),
        roles: vec!["admin".to_owned()],
        issued_at: Timestamp(NOW.0 - 1),
        expires_at: Timestamp(NOW.0 + 90_001),
        login_expires_at: Some(Timestamp(NOW.0 + 3_600_123)),
        foreign: true,
        family: Some(Family::new("f")),
        id: Some("abc".to_owned()),
    };
    let read = read(true, Value::Object(made.written()), &rules(None)).unwrap();
    assert_eq!((read.kind, &read.user, &read.name), (made.kind, &made.user, &made.name));
    assert_eq!((read.roles, read.issued_at), (made.roles, made.issued_at));
    assert_eq!(read.expires_at, Timestamp(NOW.0 + 91_000));
    assert_eq!(read.login_expires_at, made.login_expires_at);
    assert_eq!((read.foreign, read.family, read.id), (true, made.family, made.id));
}
