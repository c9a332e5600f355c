//! Finds libmartlet: in `MARTLET_LIB_DIR`, or where `pkg-config` says.
use std::env;
use std::process::{exit, Command};

fn main() {
    println!("cargo:rerun-if-env-changed=MARTLET_LIB_DIR");
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
    let is_static = env::var_os("CARGO_FEATURE_STATIC").is_some();
    match env::var("MARTLET_LIB_DIR") {
        Ok(folder) => {
            link_from(&folder);
            link_martlet(is_static);
            if is_static {
                needed_by_archive(&pkg_config(&["--libs", "libevent_core"]));
            }
        }
        Err(_) if is_static => {
            needed_by_archive(&pkg_config(&["--static", "--libs", "martlet"]));
            link_martlet(true);
        }
        Err(_) => {
            for flag in pkg_config(&["--libs-only-L", "martlet"]).split_whitespace() {
                link_from(flag.trim_start_matches("-L"));
            }
            link_martlet(false);
        }
    }
}

fn link_martlet(is_static: bool) {
    let kind = if is_static { "static" } else { "dylib" };
    println!("cargo:rustc-link-lib={kind}=martlet");
}

/// The rpath serves this package's own examples and tests; what depends on it says where its libraries are.
fn link_from(folder: &str) {
    println!("cargo:rustc-link-search=native={folder}");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    println!("cargo:rerun-if-changed={folder}");
    println!("cargo:lib_dir={folder}");
}

fn needed_by_archive(flags: &str) {
    for flag in flags.split_whitespace() {
        if let Some(folder) = flag.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={folder}");
            println!("cargo:rerun-if-changed={folder}");
        } else if let Some(name) = flag.strip_prefix("-l").filter(|name| *name != "martlet") {
            println!("cargo:rustc-link-lib={name}");
        }
    }
}

fn pkg_config(arguments: &[&str]) -> String {
    let program = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".into());
    match Command::new(&program).args(arguments).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => fail(&String::from_utf8_lossy(&output.stderr)),
        Err(error) => fail(&format!("{program} cannot be run: {error}")),
    }
}

fn fail(why: &str) -> ! {
    eprintln!("libmartlet was not found: {}", why.trim());
    eprintln!("Install it (`make install` in Martlet's folder), and put its lib/pkgconfig on PKG_CONFIG_PATH,");
    eprintln!("or name the folder of the library in MARTLET_LIB_DIR.");
    exit(1)
}
