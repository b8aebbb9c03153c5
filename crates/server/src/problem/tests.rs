//! Problems: status, code and headers of every error, and no words that are not for clients.

use axum::body::to_bytes;
use game::Version;
use serde_json::json;

use super::*;

/// Status, headers and body as a client sees them.
async fn sent(problem: Problem) -> (u16, axum::http::HeaderMap, Value) {
    let response = problem.into_response();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn every_auth_error_has_its_status_code_and_challenge() {
    let none = Some("Bearer realm=\"parlor\"");
    let invalid = |why: &str| {
        Some(format!(
            "Bearer realm=\"parlor\", error=\"invalid_token\", error_description=\"{why}\""
        ))
    };
    let foreign = invalid("not a token of this server");
    let ended = invalid("the login has ended");
    let use_ = invalid("not a token for this use");
    let expired = invalid("the token has expired");
    let cases = [
        (AuthError::Missing, 401, "UNAUTHORIZED", none.map(str::to_owned)),
        (AuthError::Malformed, 401, "UNAUTHORIZED", foreign.clone()),
        (AuthError::BadSignature, 401, "UNAUTHORIZED", foreign.clone()),
        (AuthError::UnknownKey, 401, "UNAUTHORIZED", foreign.clone()),
        (AuthError::WrongIssuer, 401, "UNAUTHORIZED", foreign.clone()),
        (AuthError::NotYet, 401, "UNAUTHORIZED", foreign),
        (AuthError::Expired, 401, "UNAUTHORIZED", expired),
        (AuthError::WrongAudience, 401, "UNAUTHORIZED", use_.clone()),
        (AuthError::NotInQuery, 401, "UNAUTHORIZED", use_),
        (AuthError::Used, 401, "UNAUTHORIZED", ended.clone()),
        (AuthError::Revoked, 401, "UNAUTHORIZED", ended.clone()),
        (AuthError::UnknownRefresh, 401, "UNAUTHORIZED", ended),
        (AuthError::GuestsOff, 403, "FORBIDDEN", None),
        (AuthError::BadName, 400, "BAD_REQUEST", None),
        (AuthError::Unavailable("disk /dev/sda is full".to_owned()), 503, "UNAVAILABLE", None),
    ];
    let mut reasons = std::collections::BTreeSet::new();
    for (error, status, code, challenge) in cases {
        assert!(reasons.insert(error.reason()), "{error:?}: its reason stands for two");
        let (sent_status, headers, body) = sent(error.clone().into()).await;
        assert_eq!((sent_status, &body["code"]), (status, &json!(code)), "{error:?}");
        assert_eq!(body["status"], json!(status));
        assert_eq!(body["detail"], json!(error.to_string()));
        assert!(!body.to_string().contains("sda"), "{body}");
        let header = headers.get("www-authenticate").map(|value| value.to_str().unwrap());
        assert_eq!(header.map(str::to_owned), challenge, "{error:?}");
        assert_eq!(headers.contains_key("retry-after"), status == 503, "{error:?}");
    }
}

#[tokio::test]
async fn a_problem_is_the_json_of_the_rfc_with_a_trace_id() {
    let problem = Problem::rate_limited("slowly", 7).with("limit", 50);
    let (status, headers, body) = sent(problem).await;
    assert_eq!(status, 429);
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["retry-after"], "7");
    assert_eq!(headers["x-trace-id"], body["trace_id"].as_str().unwrap());
    let mut body = body;
    body.as_object_mut().unwrap().remove("trace_id");
    assert_eq!(
        body,
        json!({
            "type": "about:blank",
            "title": codes::RATE_LIMITED.meaning,
            "status": 429,
            "detail": "slowly",
            "code": "RATE_LIMITED",
            "extensions": {"limit": 50},
        })
    );
    let (_, _, plain) = sent(Problem::new(&codes::NOT_FOUND, "nothing")).await;
    assert!(plain.get("extensions").is_none());
}

#[tokio::test]
async fn a_plain_request_for_a_socket_is_told_what_would_do() {
    let (status, headers, body) = sent(Problem::upgrade_required()).await;
    assert_eq!((status, &body["code"]), (426, &json!("UPGRADE_REQUIRED")));
    assert_eq!(
        (&headers["upgrade"], &headers["sec-websocket-version"]),
        (&"websocket".parse().unwrap(), &"13".parse().unwrap())
    );
}

#[test]
fn a_problem_is_small_enough_to_hand_around() {
    assert!(size_of::<Problem>() <= 128, "{}", size_of::<Problem>());
}

#[test]
fn every_code_of_the_table_can_be_sent() {
    for code in codes::ALL {
        let problem = Problem::new(code, "x");
        assert_eq!((problem.status.as_u16(), problem.code()), (code.status, code.name));
        assert_eq!(problem.challenge.is_some(), code.status == 401, "{}", code.name);
        assert_eq!(
            problem.retry_after.is_some(),
            matches!(code.status, 429 | 503),
            "{}",
            code.name
        );
    }
}

#[test]
fn refusals_of_a_session_have_their_codes() {
    let game = |refusal: Refusal| TableError::Refused(Refused::Game(refusal));
    let cases = [
        (TableError::NotFound, 404, "SESSION_NOT_FOUND"),
        (TableError::UnknownGame("chess".to_owned()), 400, "UNKNOWN_GAME"),
        (TableError::Fault, 500, "INTERNAL"),
        (TableError::Unavailable("mailbox".to_owned()), 503, "UNAVAILABLE"),
        (game(Refusal::malformed("x")), 400, "BAD_COMMAND"),
        (game(Refusal::forbidden("x")), 403, "FORBIDDEN"),
        (game(Refusal::not_found("NO_TEAM", "x")), 404, "NO_TEAM"),
        (game(Refusal::conflict("TAKEN", "x")), 409, "TAKEN"),
        (game(Refusal::rule("NOT_YOUR_TURN", "x")), 422, "NOT_YOUR_TURN"),
        (Refused::KeyReused.into(), 409, "KEY_REUSED"),
        (Refused::Ended.into(), 422, "SESSION_ENDED"),
        (Refused::Deleted.into(), 404, "SESSION_NOT_FOUND"),
        (Refused::TooLarge { bytes: 3, limit: 2 }.into(), 422, "STATE_TOO_LARGE"),
        (Refused::Unavailable("disk".to_owned()).into(), 503, "UNAVAILABLE"),
        (Refused::Busy.into(), 503, "UNAVAILABLE"),
    ];
    for (error, status, code) in cases {
        let problem = Problem::from(error.clone());
        assert_eq!((problem.status.as_u16(), problem.code()), (status, code), "{error:?}");
        assert_eq!(refused_parts(&error), (problem.code.clone(), problem.detail.clone()));
        assert!(!problem.detail.contains("disk") && !problem.detail.contains("mailbox"));
    }
}

#[test]
fn a_stale_version_says_both() {
    let refused = Refused::Stale { expected: Version(7), actual: Version(9) };
    let problem = Problem::from(TableError::from(refused));
    assert_eq!((problem.status.as_u16(), problem.code()), (409, "OPTIMISTIC_LOCK"));
    assert_eq!(Value::from(problem.extensions), json!({"expected": 7, "actual": 9}));
}

#[test]
fn what_the_store_said_is_for_the_log_only() {
    for (error, status) in [
        (StoreError::Unavailable("/srv/parlor.db: no space".to_owned()), 503),
        (StoreError::Corrupt("/srv/parlor.db: bad page".to_owned()), 500),
        (StoreError::Newer { found: 9, known: 1 }, 500),
    ] {
        let text = error.to_string();
        let problem = Problem::from(error);
        assert_eq!(problem.status.as_u16(), status);
        assert!(!problem.detail.contains("srv") && !problem.detail.contains('9'), "{problem:?}");
        assert_eq!(problem.cause.unwrap().text, text);
    }
}
