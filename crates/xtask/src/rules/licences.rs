//! Licences of the npm packages that end up in the web page, held against the list in `deny.toml`
//! (`cargo deny` does the same for crates). Packages that are needed only to build are left out.

use serde_json::Value;
use toml::Table;

use super::Finding;
use crate::tree::Tree;

/// What we do not give to anyone, though its lock file does not say so: lock file, how the names of
/// the packages begin, and the reason.
const NOT_SHIPPED: &[(&str, &str, &str)] = &[
    (
        "examples/nextjs-nommie/package-lock.json",
        "node_modules/caniuse-lite",
        "data that Next.js reads while it builds",
    ),
    (
        "examples/nextjs-nommie/package-lock.json",
        "node_modules/@img/sharp",
        "shrinks pictures: optional in Next.js, and the example has none",
    ),
];

/// Rule: every npm package that is shipped has a licence that `deny.toml` allows.
pub(super) fn npm(tree: &Tree) -> Vec<Finding> {
    let allowed = tree.text("deny.toml").map(allowed).unwrap_or_default();
    let mut findings = Vec::new();
    for file in tree.files().filter(|file| file.name() == "package-lock.json") {
        let lock: Value = serde_json::from_str(&file.text).unwrap_or_default();
        for (name, package) in lock["packages"].as_object().into_iter().flatten() {
            let is_shipped = package["dev"] != true
                && package["link"] != true
                && package["peer"] != true
                && !is_excused(&file.path, name);
            let licence = package["license"].as_str().unwrap_or("none");
            if is_shipped && name.contains("node_modules/") && !permits(licence, &allowed) {
                findings.push(Finding::new(&file.path, format!("`{name}`: licence `{licence}`")));
            }
        }
    }
    findings
}

fn is_excused(lock: &str, package: &str) -> bool {
    NOT_SHIPPED.iter().any(|(path, name, _)| *path == lock && package.starts_with(name))
}

fn allowed(deny: &str) -> Vec<String> {
    let table: Table = deny.parse().unwrap_or_default();
    let list = table.get("licenses").and_then(|licences| licences.get("allow")?.as_array());
    let names = list.into_iter().flatten().filter_map(|name| name.as_str());
    names.map(ToOwned::to_owned).collect()
}

/// One way through `a OR b` suffices, every part of `a AND b` is needed. Brackets are dropped,
/// which at worst refuses what is allowed: a person then looks.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let flat = expression.replace(['(', ')'], "");
    flat.split(" OR ")
        .any(|way| way.split(" AND ").all(|part| allowed.iter().any(|name| name == part.trim())))
}

#[cfg(test)]
mod tests {
    use super::npm;
    use crate::tree::Tree;

    #[test]
    fn a_shipped_package_under_a_foreign_licence_is_found() {
        let lock = r#"{"packages":{
            "":{"license":"anything"},
            "node_modules/good":{"license":"(MIT OR GPL-3.0)"},
            "node_modules/half":{"license":"MIT AND GPL-3.0"},
            "node_modules/none":{},
            "node_modules/tool":{"license":"GPL-3.0","dev":true}}}"#;
        let excused = r#"{"packages":{"node_modules/caniuse-lite":{"license":"CC-BY-4.0"}}}"#;
        let tree = Tree::of(&[
            ("deny.toml", "[licenses]\nallow = [\"MIT\"]\n"),
            ("examples/nextjs-nommie/package-lock.json", excused),
            ("web/package-lock.json", lock),
        ]);
        let problems: Vec<String> = npm(&tree).into_iter().map(|finding| finding.problem).collect();
        assert_eq!(
            problems,
            [
                "`node_modules/half`: licence `MIT AND GPL-3.0`",
                "`node_modules/none`: licence `none`"
            ]
        );
    }
}
