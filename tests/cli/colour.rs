//! When there are colours.

use serde_json::json;

use crate::support::{Run, Sandbox, document, run, sections};

/// Runs that show a change, a finding and an error.
fn told(sandbox: &Sandbox, arguments: &[&str], environment: &[(&str, &str)]) -> Vec<Run> {
    let verbs = [
        &["diff", "old", "new"][..],
        &["validate", "--docs", "new"],
        &["render", "--docs", "nowhere"],
    ];
    let runs = verbs.map(|verb| {
        let mut command = sandbox.command(verb);
        command.args(arguments).envs(environment.iter().copied());
        run(command)
    });
    assert_eq!([0, 1, 2].map(Some), [0, 1, 2].map(|n: usize| runs[n].code));
    runs.into()
}

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    for (folder, body) in [("old", json!({"a": 1})), ("new", json!({"a": 2}))] {
        let file = format!("{folder}/endpoints/things/get-things.json");
        sandbox.write(&file, document("Things", body).to_string());
        let order = sections(&[("things", &["get-things", "gone"])]);
        sandbox.write(&format!("{folder}/sections.json"), order.to_string());
    }
    sandbox
}

#[test]
fn colours_are_for_those_who_want_them() {
    let sandbox = project();
    for (arguments, environment, expected) in [
        // A pipe is no terminal.
        (&[][..], &[][..], false),
        (&["--color", "auto"], &[], false),
        (&["--color", "never"], &[], false),
        (&["--color", "always"], &[], true),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("NO_COLOR", "1")], false),
        (&[], &[("APIDOCS_COLOR", "always")], true),
        (&["--color", "never"], &[("APIDOCS_COLOR", "always")], false),
        // A flag is stronger than the environment.
        (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
    ] {
        for run in told(&sandbox, arguments, environment) {
            let coloured = run.stdout.contains('\x1b') || run.stderr.contains('\x1b');
            assert_eq!(coloured, expected, "{arguments:?} {environment:?} {run}");
        }
    }
}

#[test]
fn colours_are_in_nothing_that_machines_read() {
    let sandbox = project();
    for target in ["json", "json=report", "human=report"] {
        let report = ["--report", target, "--color", "always"];
        for run in told(&sandbox, &report, &[("CLICOLOR_FORCE", "1")]) {
            if !target.contains('=') {
                assert!(!run.stdout.contains('\x1b'), "{run}");
            } else if run.code != Some(2) {
                assert!(!sandbox.read("report").contains('\x1b'));
            }
        }
    }
}

#[test]
fn colours_change_no_word() {
    let sandbox = project();
    let plain = told(&sandbox, &[], &[]);
    let coloured = told(&sandbox, &["--color", "always"], &[]);
    for (plain, coloured) in plain.iter().zip(&coloured) {
        let strip = |text: &str| anstream::adapter::strip_str(text).to_string();
        assert_eq!(plain.stdout, strip(&coloured.stdout));
        assert_eq!(plain.stderr, strip(&coloured.stderr));
    }
    assert!(coloured[0].stdout.contains("\x1b[31m-"), "{}", coloured[0]);
    assert!(coloured[0].stdout.contains("\x1b[32m+"), "{}", coloured[0]);
}
