//! Sees to it that the pages can be embedded, whether they were built or not. Must not build them:
//! that takes Node.js, and the server builds without it.

use std::path::Path;

/// Where `npm run build` in `web/` puts the pages.
const DIST: &str = "../../web/dist";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Other builds read the pages from the disk while they run.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // Only a folder that is there can be watched for the day that it gets files. Where it cannot
        // be made (sources that are read-only) nothing is lost but that.
        if !Path::new(DIST).exists() {
            let _ = std::fs::create_dir_all(DIST);
        }
        println!("cargo::rerun-if-changed={DIST}");
    }
}
