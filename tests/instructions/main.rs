//! Instructions of the fixed case, `examples/fixed_case.rs`: they show progress, and its opposite, through the
//! noise of a busy machine.
//!
//! ```sh
//! cargo test --test instructions -- --ignored
//! ```
//!
//! builds the case in release, runs it under callgrind and fails if a regime-person-year takes over 5 % more
//! instructions than `benches/instructions.toml` has; with `FANPIN_ACCEPT=1` that file is written instead. Where
//! callgrind isn't there it says so and passes, or fails with `FANPIN_CI`.
//!
//! What differs between machines is taken away: one thread, no files, no environment, the C library's plain copying
//! of memory. What is left is the compiler, which the file names.
#![allow(clippy::cast_precision_loss, reason = "counts of instructions are far below 2^53")]

mod callgrind;
mod file;
mod recorded;

use std::path::{Path, PathBuf};
use std::process::Command;

use callgrind::Profile;
use file::Recorded;
use recorded::Verdict;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
#[ignore = "builds in release and runs callgrind: a minute; .ci/run asks for it"]
fn a_person_year_takes_no_more_instructions_than_recorded() {
    if let Some(missing) = missing_tool() {
        assert!(std::env::var_os("FANPIN_CI").is_none(), "{missing} is not there");
        eprintln!("skipped: {missing} is not there (Debian: apt-get install valgrind binutils)");
        return;
    }
    let found = measure();
    let path = format!("{ROOT}/benches/instructions.toml");
    if std::env::var_os("FANPIN_ACCEPT").is_some() {
        std::fs::write(&path, found.text()).expect("benches can be written");
        return;
    }
    let recorded =
        Recorded::read(&std::fs::read_to_string(&path).expect("benches/instructions.toml is there"));
    eprintln!("{}", found.beside(&recorded));
    match Verdict::of(recorded.a_person_year, found.a_person_year) {
        Verdict::More => panic!(
            "a regime-person-year takes over 5 % more instructions than recorded: {:.1}, recorded {:.1}, by \
             process:\n{}\n`FANPIN_ACCEPT=1 cargo test --test instructions -- --ignored` accepts; say why in \
             the commit",
            found.a_person_year,
            recorded.a_person_year,
            found.beside(&recorded)
        ),
        Verdict::Fewer => eprintln!("fewer than recorded: FANPIN_ACCEPT=1 records it"),
        Verdict::Alike => {}
    }
}

fn missing_tool() -> Option<&'static str> {
    let there = |tool: &str| Command::new(tool).arg("--version").output().is_ok_and(|o| o.status.success());
    ["valgrind", "addr2line"].into_iter().find(|tool| !there(tool))
}

fn measure() -> Recorded {
    let program = build();
    let folder = tempfile::tempdir().expect("a folder for what callgrind writes");
    let out = folder.path().join("callgrind.out");
    let person_years = run(&program, &out);
    let profile = Profile::read(&std::fs::read_to_string(&out).expect("callgrind wrote"), &program);
    Recorded::of(&profile, &processes(), person_years, &rustc())
}

/// The program of the fixed case, with the flags of the repository and none of the environment.
fn build() -> PathBuf {
    let target =
        Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder is inside that of builds");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--release", "--no-default-features", "--example", "fixed_case"]);
    cargo.arg("--target-dir").arg(target).current_dir(ROOT);
    for flag in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(flag);
    }
    assert!(cargo.status().expect("cargo starts").success(), "the fixed case is built");
    target.join("release/examples/fixed_case")
}

/// Runs the case and gives its person-years. Counting goes on inside three functions.
fn run(program: &Path, out: &Path) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet", "--dump-instr=yes", "--compress-strings=no"]);
    valgrind.args(["--compress-pos=no", "--toggle-collect=*fixed_load*", "--toggle-collect=*fixed_ground*"]);
    valgrind.arg("--toggle-collect=*fixed_county*");
    valgrind.arg(format!("--callgrind-out-file={}", out.display())).arg(program);
    // Which copy of memcpy the C library takes goes by the CPU: one for all.
    let plain = "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM";
    let path = std::env::var_os("PATH").unwrap_or_default();
    valgrind.env_clear().env("PATH", path).env("GLIBC_TUNABLES", plain);
    let output = valgrind.output().expect("valgrind starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "callgrind: {}", String::from_utf8_lossy(&output.stderr));
    said.trim().parse().expect("the case prints its person-years")
}

fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").current_dir(ROOT).output().expect("rustc is there");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// `(process, function)` in the order of `benches/processes.csv`.
fn processes() -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_path(format!("{ROOT}/benches/processes.csv")).expect("it is there");
    reader.deserialize().map(|row| row.expect("a process and a function")).collect()
}
