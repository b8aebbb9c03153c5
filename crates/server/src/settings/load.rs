//! The three sources laid over each other: file, environment, flags. Must not know what any one
//! setting means.

use std::path::{Path, PathBuf};

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::error::nearest;
use super::{Field, Settings, SettingsError, check, env};

/// The file that is read when no other is named and it is there.
const FILE: &str = "parlor.toml";

/// What the command line says; stronger than the file and the environment.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The settings file, instead of `parlor.toml`. It must be there.
    pub config: Option<PathBuf>,
    /// Names of settings and their values, as text.
    pub values: Vec<(String, String)>,
}

impl Overrides {
    /// Sets `name` (`auth.guests`) to `value`, as a flag would.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.push((name.to_owned(), value.into()));
        self
    }
}

impl Settings {
    /// Settings from the file, the environment and these flags.
    pub fn load(args: &Overrides) -> Result<Self, SettingsError> {
        let text = |os: std::ffi::OsString| os.to_string_lossy().into_owned();
        Self::load_from(args, std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// The same with this environment.
    pub fn load_from(
        args: &Overrides,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let environment: Vec<_> = environment.into_iter().collect();
        let mut figment = Figment::new();
        if let Some((path, dict)) = file(args, &environment)? {
            figment = figment.merge(Layer(path, dict));
        }
        for (variable, dict) in env::layers(environment)? {
            figment = figment.merge(Layer(variable, dict));
        }
        for (name, text) in &args.values {
            let from = "command line".to_owned();
            let field = Self::fields()
                .find(|field| field.name() == *name)
                .ok_or_else(|| unknown(name, &from))?;
            figment = figment.merge(Layer(from, env::nested(field, env::value(field, text))));
        }
        let settings: Self = figment.extract().map_err(|error| refused(&figment, &error))?;
        check::check(&settings, |name| origin(&figment, name))?;
        Ok(settings.tidied())
    }

    /// Origins in lower case and without a slash at the end, as browsers send them.
    fn tidied(mut self) -> Self {
        for origin in &mut self.allowed_origins {
            *origin = check::origin_of(origin);
        }
        self
    }
}

/// Settings of one source.
struct Layer(String, Dict);

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.1.clone())]))
    }
}

/// The settings file, if there is one.
fn file(
    args: &Overrides,
    environment: &[(String, String)],
) -> Result<Option<(String, Dict)>, SettingsError> {
    let variable = environment.iter().find(|(name, _)| name == env::CONFIG);
    let named = args.config.clone().or_else(|| variable.map(|(_, path)| PathBuf::from(path)));
    let path = named.clone().unwrap_or_else(|| PathBuf::from(FILE));
    let error = |why: String| SettingsError::File { path: path.display().to_string(), why };
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let dict: Dict = toml::from_str(&text).map_err(|why| error(why.to_string()))?;
            known(&dict, &path)?;
            Ok(Some((path.display().to_string(), dict)))
        }
        Err(why) if why.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(None),
        Err(why) => Err(error(why.to_string())),
    }
}

/// Every name in the file is a setting.
fn known(dict: &Dict, path: &Path) -> Result<(), SettingsError> {
    let from = path.display().to_string();
    let is_section = |key: &str| Settings::fields().any(|field| field.section == key);
    for (key, value) in dict {
        match value {
            Value::Dict(_, inner) if is_section(key) => {
                for inner_key in inner.keys() {
                    known_name(&format!("{key}.{inner_key}"), &from)?;
                }
            }
            _ if is_section(key) => {}
            _ => known_name(key, &from)?,
        }
    }
    Ok(())
}

fn known_name(name: &str, from: &str) -> Result<(), SettingsError> {
    if Settings::fields().any(|field| field.name() == name) {
        return Ok(());
    }
    Err(unknown(name, from))
}

fn unknown(name: &str, from: &str) -> SettingsError {
    let names: Vec<String> = Settings::fields().map(Field::name).collect();
    // `guests` at the top is `auth.guests`, whatever the number of letters between them.
    let last = name.rsplit('.').next().unwrap_or_default();
    let same = Settings::fields().find(|field| field.key == last).map(Field::name);
    let near = nearest(name, names.iter().map(String::as_str)).map(str::to_owned).or(same);
    SettingsError::Unknown { name: name.to_owned(), from: from.to_owned(), near }
}

/// What figment says, in our words.
fn refused(figment: &Figment, error: &figment::Error) -> SettingsError {
    let name = error.path.join(".");
    let Some(field) = Settings::fields().find(|field| field.name() == name) else {
        let what = format!("setting `{name}` ({}): {}", origin(figment, &name), error.kind);
        return SettingsError::Together(what);
    };
    let value = figment.find_value(&name).map(|value| shown(&value)).unwrap_or_default();
    let wanted = later(&value).map_or_else(
        || format!("wanted is {}", field.wanted()),
        |later| format!("{later}; wanted is {}", field.wanted()),
    );
    SettingsError::Bad { from: origin(figment, &name), name, value, wanted }
}

/// Doors that are drawn but not built yet.
fn later(value: &str) -> Option<String> {
    let scheme = value.trim_matches('"').split_once("://")?.0.to_owned();
    matches!(scheme.as_str(), "postgres" | "postgresql" | "redis" | "rediss" | "nats")
        .then(|| format!("{scheme} is not in this version"))
}

fn origin(figment: &Figment, name: &str) -> String {
    figment.find_metadata(name).map_or_else(|| "default".to_owned(), |from| from.name.to_string())
}

/// A value as it was written, more or less.
fn shown(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
