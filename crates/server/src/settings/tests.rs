//! Settings: sources, their order, and what is refused with which words.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;

use serde_json::Value;

use super::*;

/// Loads from the text of a file, an environment and flags.
fn load(
    file: &str,
    environment: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Settings, SettingsError> {
    load_at(tempfile::tempdir().unwrap().path(), file, environment, flags)
}

fn load_at(
    dir: &Path,
    file: &str,
    environment: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Settings, SettingsError> {
    let path = dir.join("my.toml");
    std::fs::write(&path, file).unwrap();
    let mut args = Overrides { config: Some(path), ..Overrides::default() };
    for (name, value) in flags {
        args = args.set(name, *value);
    }
    let environment = environment.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    Settings::load_from(&args, environment)
}

/// What was said of bad settings, without the directory of the file.
fn refused(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let text = load_at(dir.path(), file, environment, flags).unwrap_err().to_string();
    text.replace(&format!("{}/", dir.path().display()), "")
}

#[test]
fn without_any_source_the_defaults_hold() {
    assert_eq!(load("", &[], &[]).unwrap(), Settings::default());
    assert_eq!(Settings::default().listen.to_string(), "127.0.0.1:8080");
    assert!(Settings::default().warnings().is_empty());
}

#[test]
fn what_other_parts_of_parlor_read_is_no_setting() {
    // Each is near the name of a setting: PARLOR_BIN looks like PARLOR_BUS.
    for variable in ["PARLOR_BIN", "PARLOR_URL", "PARLOR_TOKEN", "PARLOR_SEED"] {
        assert_eq!(load("", &[(variable, "x")], &[]).unwrap(), Settings::default(), "{variable}");
    }
}

#[test]
fn flags_are_stronger_than_the_environment_and_that_is_stronger_than_the_file() {
    let file =
        "listen = \"127.0.0.1:1\"\n[limits]\nbody_bytes = 1024\nstate_bytes = 1024\noff = true";
    let environment = [("PARLOR_LISTEN", "127.0.0.1:2"), ("PARLOR_LIMITS__BODY_BYTES", "2048")];
    let settings = load(file, &environment, &[("listen", "[::1]:3")]).unwrap();
    assert_eq!(settings.listen, "[::1]:3".parse::<SocketAddr>().unwrap());
    assert_eq!((settings.limits.body_bytes, settings.limits.state_bytes), (2048, 1024));
    assert!(settings.limits.off);
    assert_eq!(settings.limits.message_bytes, Settings::default().limits.message_bytes);
}

#[test]
fn the_environment_reads_every_kind() {
    let settings = load(
        "",
        &[
            ("PARLOR_AUTH__GUESTS", "false"),
            ("PARLOR_LIMITS_OFF", "1"),
            ("PARLOR_AUTH__QUERY_TOKENS", "ws-only"),
            ("PARLOR_AUTH__ROLES_CLAIM", "12"),
            ("PARLOR_DATA_DIR", "/srv/parlor"),
            ("PARLOR_HUB_SHARDS", "2"),
            ("PARLOR_ALLOWED_ORIGINS", "https://A.example/, http://localhost:5173"),
            ("PARLOR_PORT", "tcp://10.0.0.1:8080"),
            ("PARLOR_SERVICE_HOST", "10.0.0.1"),
            ("PARLOR_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("PARLOR_TOKEN", "x"),
            ("PARLOR_URL", "x"),
            ("PARLOR_BIN", "x"),
            ("PATH", "/bin"),
        ],
        &[],
    )
    .unwrap();
    assert!(!settings.auth.guests && settings.limits.off);
    assert_eq!(settings.auth.query_tokens, QueryTokens::WsOnly);
    assert_eq!(settings.auth.roles_claim.as_deref(), Some("12"));
    assert_eq!(settings.data_dir.to_str(), Some("/srv/parlor"));
    assert_eq!(settings.hub.shards, 2);
    assert_eq!(settings.allowed_origins, ["https://a.example", "http://localhost:5173"]);
}

#[test]
fn the_file_may_be_named_by_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.toml");
    std::fs::write(&path, "bus = \"local\"\n[tables]\nidle_seconds = 7").unwrap();
    let variable = ("PARLOR_CONFIG".to_owned(), path.display().to_string());
    let settings = Settings::load_from(&Overrides::default(), [variable]).unwrap();
    assert_eq!(settings.tables.idle_seconds, 7);
}

#[test]
fn bad_settings_are_refused_with_name_value_and_what_would_do() {
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [(&'a str, &'a str)], &'a str);
    let cases: &[Case<'_>] = &[
        (
            "lisen = \"x\"",
            &[],
            &[],
            "there is no setting `lisen` (my.toml): did you mean `listen`?",
        ),
        (
            "[auth]\nguest = true",
            &[],
            &[],
            "there is no setting `auth.guest` (my.toml): did you mean `auth.guests`?",
        ),
        (
            "guests = true",
            &[],
            &[],
            "there is no setting `guests` (my.toml): did you mean `auth.guests`?",
        ),
        (
            "[frobnicate]\nx = 1",
            &[],
            &[],
            "there is no setting `frobnicate` (my.toml); `parlor serve --print-config` shows all there are",
        ),
        (
            "",
            &[("PARLOR_AUTH__GUEST", "1")],
            &[],
            "there is no setting `PARLOR_AUTH__GUEST` (environment): did you mean `PARLOR_AUTH__GUESTS`?",
        ),
        (
            "",
            &[],
            &[("limits.of", "true")],
            "there is no setting `limits.of` (command line): did you mean `limits.off`?",
        ),
        (
            "listen = \"here\"",
            &[],
            &[],
            "setting `listen` = \"here\" (my.toml): wanted is an address and a port, like \
             127.0.0.1:8080 or [::]:8080",
        ),
        (
            "[limits]\nbody_bytes = \"big\"",
            &[],
            &[],
            "setting `limits.body_bytes` = \"big\" (my.toml): wanted is a whole number from 1024 to \
             16777216 (bytes)",
        ),
        (
            "",
            &[("PARLOR_AUTH__ACCESS_MINUTES", "0")],
            &[],
            "setting `auth.access_minutes` = 0 (PARLOR_AUTH__ACCESS_MINUTES): wanted is a whole \
             number from 1 to 43200 (minutes)",
        ),
        (
            "[limits]\nbody_bytes = -1",
            &[],
            &[],
            "setting `limits.body_bytes` = -1 (my.toml): wanted is a whole number from 1024 to \
             16777216 (bytes)",
        ),
        (
            "[auth]\nguests = \"perhaps\"",
            &[],
            &[],
            "setting `auth.guests` = \"perhaps\" (my.toml): wanted is true or false",
        ),
        (
            "",
            &[],
            &[("log.format", "xml")],
            "setting `log.format` = \"xml\" (command line): wanted is text or json",
        ),
        (
            "",
            &[("PARLOR_LOG__LEVEL", "info,=,")],
            &[],
            "setting `log.level` = \"info,=,\" (PARLOR_LOG__LEVEL): wanted is error, warn, info, \
             debug, trace, or levels by part, like info,server=debug",
        ),
        (
            "allowed_origins = [\"https://a.example\", \"a.example/x\"]",
            &[],
            &[],
            "setting `allowed_origins` = \"a.example/x\" (my.toml): wanted is a list of origins, like \
             https://app.example, without a path",
        ),
        (
            "trusted_proxies = [\"10.0.0.0/99\"]",
            &[],
            &[],
            "setting `trusted_proxies` = \"10.0.0.0/99\" (my.toml): wanted is a list of addresses or \
             networks, like 10.0.0.0/8",
        ),
        (
            "",
            &[],
            &[("store", "postgres://me:hush@db/parlor")],
            "setting `store` = \"postgres://…@db/parlor\" (command line): postgres is not in this \
             version; wanted is sqlite or memory",
        ),
        (
            "bus = \"redis://cache\"",
            &[],
            &[],
            "setting `bus` = \"redis://cache\" (my.toml): redis is not in this version; wanted is local",
        ),
        (
            "[hub]\nheartbeat_seconds = 40",
            &[],
            &[],
            "hub.silent_seconds must be more than hub.heartbeat_seconds: otherwise a quiet socket is \
             closed before it can answer a ping",
        ),
        (
            "[auth]\njwks_file = \"keys.json\"",
            &[],
            &[],
            "auth.public_key_file and auth.jwks_file need auth.issuer and auth.audience: without \
             them, tokens that your identity provider made for others would count here",
        ),
        (
            "[auth]\nissuer = \"https://id.example\"",
            &[],
            &[],
            "auth.issuer and auth.audience are about tokens of your own identity provider: set \
             auth.public_key_file or auth.jwks_file too",
        ),
        (
            "[auth]\nissuer = \"\"",
            &[],
            &[],
            "setting `auth.issuer` = \"\" (my.toml): wanted is text",
        ),
    ];
    for (file, environment, flags, text) in cases {
        assert_eq!(refused(file, environment, flags), *text);
    }
}

#[test]
fn a_section_that_is_none_is_refused() {
    let text = refused("auth = 3", &[], &[]);
    assert!(text.contains("auth") && text.contains("my.toml"), "{text}");
    let text = refused("listen = [", &[], &[]);
    assert!(text.starts_with("settings file my.toml: "), "{text}");
    let args = Overrides { config: Some("/nowhere/at/all.toml".into()), ..Overrides::default() };
    let text = Settings::load_from(&args, []).unwrap_err().to_string();
    assert!(text.starts_with("settings file /nowhere/at/all.toml: "), "{text}");
}

#[test]
fn every_setting_has_one_row_and_a_default_that_does() {
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    let mut names = BTreeSet::new();
    for (key, value) in defaults.as_object().unwrap() {
        match value.as_object() {
            Some(section) => names.extend(section.keys().map(|inner| format!("{key}.{inner}"))),
            None => {
                names.insert(key.clone());
            }
        }
    }
    let rows: Vec<String> = Settings::fields().map(Field::name).collect();
    assert_eq!(rows.iter().cloned().collect::<BTreeSet<_>>(), names);
    assert_eq!(rows.len(), names.len(), "a setting has two rows");
    // One underscore for the dot must do in the environment.
    let flat: BTreeSet<String> = rows.iter().map(|name| name.replace('.', "_")).collect();
    assert_eq!(flat.len(), rows.len());
    for field in Settings::fields() {
        let (name, text) = (field.name(), field.text());
        assert!(text.ends_with('.'), "{name}: {text}");
        let value = Settings::default().value(field);
        let fits = match field.kind {
            Kind::Flag => value.is_boolean(),
            Kind::Number => value.is_u64(),
            Kind::Text(_) | Kind::Choice(_) => value.is_string() || value.is_null(),
            Kind::List(_) => value.is_array(),
        };
        assert!(fits, "{name}: {value}");
        let number = field.kind == Kind::Number;
        assert_eq!(number, field.range.is_some() && !field.unit.is_empty(), "{name}");
    }
}

#[test]
fn what_is_printed_can_be_read_again() {
    let settings = load(
        "public_url = \"https://me:hush@parlor.example\"\nallowed_origins = [\"*\"]",
        &[("PARLOR_AUTH__GUESTS", "false")],
        &[("store", "memory")],
    )
    .unwrap();
    let printed = settings.print_config();
    assert!(!printed.contains("hush"), "{printed}");
    let again = load(&printed, &[], &[]).unwrap();
    let masked = Some("https://…@parlor.example".to_owned());
    assert_eq!(again, Settings { public_url: masked, ..settings });
}

#[test]
fn risks_are_named() {
    let mut settings = Settings::default();
    let count = |settings: &Settings| settings.warnings().len();
    settings.listen = "0.0.0.0:8080".parse().unwrap();
    assert!(settings.warnings()[0].contains("auth.query_tokens"), "{:?}", settings.warnings());
    settings.auth.query_tokens = QueryTokens::WsOnly;
    assert_eq!(count(&settings), 0);
    settings.limits.off = true;
    settings.allowed_origins = vec!["*".to_owned()];
    settings.store = StoreKind::Memory;
    assert_eq!(count(&settings), 3);
}

#[test]
fn origins_are_compared_as_browsers_write_them() {
    let settings = load(
        "public_url = \"https://Parlor.example/play\"\nallowed_origins = [\"HTTP://App.example:81/\"]",
        &[],
        &[],
    )
    .unwrap();
    for (origin, allowed) in [
        ("https://parlor.example", true),
        ("http://app.example:81", true),
        ("http://app.example", false),
        ("https://app.example:81", false),
        ("https://parlor.example.evil", false),
        ("null", false),
        ("", false),
    ] {
        assert_eq!(settings.allows_origin(origin), allowed, "{origin:?}");
    }
    let all = Settings { allowed_origins: vec!["*".to_owned()], ..Settings::default() };
    assert!(all.allows_origin("https://anybody.example"));
}

#[test]
fn the_hub_gets_its_limits() {
    let mut settings = Settings::default();
    settings.limits.messages_per_second = 10;
    settings.limits.message_bytes = 1_000;
    let hub = settings.hub_config_within(1_000);
    assert_eq!((hub.limits.messages_per_second, hub.limits.message_burst), (10, 40));
    assert_eq!((hub.limits.connections, hub.limits.inbound_message), (900, 1_000));
    assert_eq!(settings.hub_config_within(u64::MAX).limits.connections, 100_000);
    settings.limits.off = true;
    let hub = settings.hub_config_within(1_000);
    assert_eq!((hub.limits.messages_per_second, hub.limits.inbound_message), (0, 1_000));
    assert!(hub.shards > 0);
    settings.hub.shards = 3;
    assert_eq!(settings.hub_config_within(1_000).shards, 3);
}

#[test]
fn values_of_no_kind_stay_text() {
    let field = |name: &str| Settings::fields().find(|field| field.name() == name).unwrap();
    let shown = |name: &str, text: &str| -> Value {
        serde_json::to_value(env::value(field(name), text)).unwrap()
    };
    assert_eq!(shown("auth.guests", "maybe"), "maybe");
    assert_eq!(shown("limits.body_bytes", "1e3"), "1e3");
    assert_eq!(shown("auth.issuer", "true"), "true");
}
