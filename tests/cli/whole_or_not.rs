//! A run that is killed leaves the old files or the new ones, each whole.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Files, Run, Sandbox, copy, document, ended, files, left_behind, mark, same, sections, send,
};

const CUT_SHORT: &str = "note: an earlier run was cut short";

/// Whether a path is one of ours that stand there while files are written.
fn is_scaffold(path: &str) -> bool {
    path.split('/').any(|part| {
        part == ".apidocs" || part.ends_with(".apidocs-new") || part.ends_with(".apidocs-gone")
    })
}

/// That every file that can be seen is whole: the old one or the new one.
#[track_caller]
fn each_is_whole(now: &Files, old: &Files, new: &Files) {
    for (path, contents) in now.iter().filter(|(path, _)| !is_scaffold(path)) {
        let is_whole = [old.get(path), new.get(path)].contains(&Some(contents));
        assert!(is_whole, "{path} is neither the old file nor the new one");
    }
    for (path, contents) in old {
        if new.get(path) == Some(contents) {
            assert!(now.contains_key(path), "{path} is gone");
        }
    }
}

/// Whether it is the new set; it must be the old one otherwise.
#[track_caller]
fn is_new(now: &Files, old: &Files, new: &Files, run: &Run) -> bool {
    let is_new = now == new;
    if !is_new {
        let differing = crate::support::differing(now, old);
        assert!(differing.is_empty(), "a mixture: {differing:?} after {run}");
    }
    is_new
}

/// A copy of the prepared folder after a run that is killed at that file operation; `None` where it ended by itself.
fn killed(prepared: &Path, arguments: &[&str], at: usize) -> Option<Sandbox> {
    let sandbox = Sandbox::new();
    copy(prepared, sandbox.root());
    let mut command = sandbox.command(arguments);
    let output = command
        .env("APIDOCS_TEST_KILL_AT", at.to_string())
        .output()
        .unwrap();
    if output.status.signal() == Some(9) {
        return Some(sandbox);
    }
    ended(output).exits(0);
    None
}

/// Kills a verb at each of its file operations, and looks what the next one makes of it.
fn killed_anywhere(prepared: &Path, arguments: &[&str], next: &[&str], journal: &str) {
    let old = files(prepared);
    let new = {
        let sandbox = Sandbox::new();
        copy(prepared, sandbox.root());
        sandbox.run(arguments).exits(0);
        sandbox.files()
    };
    assert_ne!(old, new);
    let (mut undone, mut finished) = (0, 0);
    let mut at = 0;
    while let Some(sandbox) = killed(prepared, arguments, at) {
        each_is_whole(&sandbox.files(), &old, &new);
        let has_journal = sandbox.path(journal).exists();
        let run = sandbox.run(next);
        assert!(run.code.is_some(), "{run}");
        assert_eq!(
            run.stderr.contains(CUT_SHORT),
            has_journal,
            "at {at}: {run}"
        );
        if is_new(&sandbox.files(), &old, &new, &run) {
            finished += 1;
            assert!(!run.stderr.contains("nothing of it is left"), "{run}");
        } else {
            undone += 1;
            assert!(!run.stderr.contains("in place now"), "{run}");
        }
        at += 1;
    }
    assert!(
        undone > 10 && finished > 5,
        "{undone} undone, {finished} finished"
    );
}

/// A project whose pages are behind: one is new in a new folder, one changed, one is gone.
fn stale_project() -> Sandbox {
    let sandbox = Sandbox::new();
    let put = |name: &str, title: &str| {
        let file = format!("api-docs/endpoints/{name}.json");
        // Each is an endpoint of its own.
        let text = document(title, json!({"a": 1})).to_string();
        sandbox.write(&file, text.replace("/things/", &format!("/{name}/")));
    };
    sandbox.write("apidocs.toml", "");
    put("things/one", "One");
    put("things/two", "Two");
    put("gone/three", "Three");
    let order = sections(&[("things", &["one", "two"]), ("gone", &["three"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    sandbox.run(&["render", "-q"]).exits(0);

    put("things/one", "The first one");
    put("new/four", "Four");
    std::fs::remove_dir_all(sandbox.path("api-docs/endpoints/gone")).unwrap();
    let order = sections(&[("things", &["two", "one"]), ("new", &["four"])]);
    sandbox.write("api-docs/sections.json", order.to_string());
    sandbox
}

#[test]
fn a_render_that_is_killed_anywhere() {
    let sandbox = stale_project();
    killed_anywhere(
        sandbox.root(),
        &["render"],
        &["validate"],
        ".apidocs/journal.json",
    );
}

#[test]
fn a_render_into_another_folder_that_is_killed_anywhere() {
    let sandbox = Sandbox::new();
    copy(stale_project().root(), &sandbox.path("project"));
    std::fs::rename(sandbox.path("project/site"), sandbox.path("site")).unwrap();
    let inside = ["--config", "project/apidocs.toml"];
    let render = [&inside[..], &["render", "-o", "site"]].concat();
    killed_anywhere(
        sandbox.root(),
        &render,
        &[&render[..], &["--check"]].concat(),
        "project/.apidocs/journal.json",
    );
    // Any other command finishes or undoes it too, wherever the files are.
    let validate = [&inside[..], &["validate"]].concat();
    killed_anywhere(
        sandbox.root(),
        &render,
        &validate,
        "project/.apidocs/journal.json",
    );
}

#[test]
fn an_import_that_is_killed_anywhere() {
    let pages = stale_project();
    pages
        .run(&["render", "-q", "--template-set", "sentry", "-o", "pages"])
        .exits(0);
    let sandbox = Sandbox::new();
    copy(&pages.path("pages"), &sandbox.path("pages"));
    copy(&pages.path("api-docs"), &sandbox.path("docs"));
    std::fs::remove_file(sandbox.path("docs/endpoints/new/four.json")).unwrap();
    std::fs::remove_dir(sandbox.path("docs/endpoints/new")).unwrap();
    let import = ["import", "pages", "pages", "-o", "docs", "--force"];
    let journal = "docs/.apidocs/journal.json";
    for next in [
        &["validate", "--docs", "docs"][..],
        &["diff", "docs", "docs"],
    ] {
        killed_anywhere(sandbox.root(), &import, next, journal);
    }
    // The recovery comes first, whatever is wrong with the rest.
    let sandbox = killed(sandbox.root(), &import, 12).unwrap();
    sandbox
        .run(&["import", "pages", "nowhere", "-o", "docs"])
        .exits(2)
        .tells(&[CUT_SHORT, "nowhere"]);
    assert!(!sandbox.path("docs/.apidocs").exists());
}

#[test]
fn an_init_that_is_killed_anywhere() {
    let empty = Sandbox::new();
    empty.write("README.md", "mine");
    let journal = ".apidocs/journal.json";
    // A new project lacks its example: the verb finds that, or no project at all.
    killed_anywhere(empty.root(), &["init"], &["validate", "-q"], journal);
}

#[test]
fn a_recovery_that_is_killed_is_made_good_too() {
    let prepared = stale_project();
    let old = prepared.files();
    let new = {
        let sandbox = Sandbox::new();
        copy(prepared.root(), sandbox.root());
        sandbox.run(&["render"]).exits(0);
        sandbox.files()
    };
    // In the middle of staging, and in the middle of the renames.
    let operations = (0..).find(|at| killed(prepared.root(), &["render"], *at).is_none());
    let operations = operations.unwrap();
    for at in [operations / 2, operations - 8] {
        let broken = killed(prepared.root(), &["render"], at).unwrap();
        let mut again = 0;
        while let Some(sandbox) = killed(broken.root(), &["validate"], again) {
            each_is_whole(&sandbox.files(), &old, &new);
            let run = sandbox.run(&["validate"]).exits(0);
            is_new(&sandbox.files(), &old, &new, &run);
            again += 1;
        }
        assert!(again > 3, "{again}");
    }
}

/// Pseudo-random numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

/// The demo project without its examples: `generate` writes every document and every page.
fn bare_demo() -> Sandbox {
    let sandbox = Sandbox::seeded_demo();
    for (path, contents) in files(&sandbox.path("api-docs/endpoints")) {
        let Some(contents) = contents else { continue };
        let mut document: Value = serde_json::from_slice(&contents).unwrap();
        document["examples"] = json!([]);
        let path = format!("api-docs/endpoints/{path}");
        sandbox.write(&path, document.to_string());
    }
    sandbox
}

#[test]
fn a_generate_that_is_killed_at_any_moment() {
    if !cfg!(target_os = "linux") {
        println!("skipped: the server that a killed run leaves can be found on Linux alone");
        return;
    }
    let prepared = bare_demo();
    let old = prepared.files();
    let sandbox = Sandbox::new();
    copy(prepared.root(), sandbox.root());
    let started = Instant::now();
    sandbox.run(&["generate", "-q"]).exits(0);
    let took = started.elapsed();
    let new = sandbox.files();

    let mut random = Random(2020);
    let (mut in_time, mut outcomes) = (0, Vec::new());
    for round in 0..20 {
        let sandbox = Sandbox::new();
        copy(prepared.root(), sandbox.root());
        let mut command = sandbox.command(&["generate", "-q"]);
        mark(&mut command, &sandbox);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let micros = if round % 2 == 0 {
            u64::try_from(took.as_micros()).unwrap()
        } else {
            // The commit is a short part of the run: every other moment is one of it.
            let begins = Instant::now();
            while !sandbox.path(".apidocs/journal.json").exists()
                && begins.elapsed() < Duration::from_secs(20)
            {
                std::thread::sleep(Duration::from_micros(200));
            }
            200_000
        };
        std::thread::sleep(Duration::from_micros(random.below(micros)));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        in_time += usize::from(status.signal() == Some(9));
        for process in left_behind(&sandbox) {
            send(Signal::KILL, process);
        }
        each_is_whole(&sandbox.files(), &old, &new);
        let run = sandbox.run(&["validate", "--max-findings", "1"]);
        outcomes.push(is_new(&sandbox.files(), &old, &new, &run));
        // And the one after it finds nothing to mend.
        let run = sandbox.run(&["validate", "--max-findings", "1"]);
        assert!(!run.stderr.contains(CUT_SHORT), "{run}");
    }
    println!("{in_time} of 20 were killed; the new set is there: {outcomes:?}");
    assert!(in_time >= 8, "{in_time} runs were killed in time");
}

#[test]
fn what_two_runs_write_at_once_is_never_mixed() {
    let prepared = stale_project();
    let sandbox = Sandbox::new();
    copy(prepared.root(), sandbox.root());
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let mut command = sandbox.command(&["render"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for child in runs {
        let run = ended(child.wait_with_output().unwrap());
        match run.code {
            Some(0) => {}
            _ => drop(run.exits(2).tells(&[
                "error: another apidocs is writing to ",
                "wait until it has finished, then run the command again",
            ])),
        }
    }
    let new = {
        let sandbox = Sandbox::new();
        copy(prepared.root(), sandbox.root());
        sandbox.run(&["render"]).exits(0);
        sandbox.files()
    };
    same(&new, &sandbox.files());
}
