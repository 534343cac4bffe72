//! The same servers where they are not started by the run that judges them: captured in shards on other machines, or up
//! already, as an environment that only some methods may be sent to.

use std::collections::BTreeSet;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use walkdir::WalkDir;

use crate::{drift, installed, path_with};

/// How long a server may take to listen.
const START: Duration = Duration::from_secs(60);

/// A copy of a server's project, in a folder that is removed at the end.
struct Project(tempfile::TempDir);

/// How a run ended.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Project {
    fn of(name: &str) -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/servers")
            .join(name);
        let folder = tempfile::tempdir().unwrap();
        for entry in WalkDir::new(&from) {
            let entry = entry.unwrap();
            let to = folder
                .path()
                .join(entry.path().strip_prefix(&from).unwrap());
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(to).unwrap(),
                false => drop(fs::copy(entry.path(), to).unwrap()),
            }
        }
        Self(folder)
    }

    fn edit(&self, path: &str, edit: impl FnOnce(String) -> String) {
        let path = self.0.path().join(path);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, edit(text)).unwrap();
    }

    /// Marks a scenario as one that may run beside others.
    fn isolate(&self, scenario: &str) {
        self.edit(&format!("api-docs/scenarios/{scenario}.json"), |text| {
            text.replacen("\"title\"", "\"isolated\": true,\n  \"title\"", 1)
        });
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)], programs: Option<&Path>) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_apidocs"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .envs(variables.iter().copied());
        if let Some(programs) = programs {
            command.env("PATH", path_with(programs));
        }
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

impl Run {
    fn exits(self, code: i32) -> Self {
        let told = format!("{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.code, Some(code), "{told}");
        self
    }

    fn report(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The codes of the findings.
    fn codes(&self) -> BTreeSet<String> {
        let report = self.report();
        let findings = report["findings"].as_array().into_iter().flatten();
        let code = |finding: &Value| finding["code"].as_str().unwrap_or_default().to_owned();
        findings.map(code).collect()
    }
}

/// A server that somebody else started.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a program of the project in a process group of its own; `{port}` stands for a free port.
    fn start(project: &Project, programs: &Path, command: &[&str], variable: (&str, &str)) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut words = command
            .iter()
            .map(|word| word.replace("{port}", &port.to_string()));
        let path = path_with(programs);
        let process = Command::new("env")
            .args(words.by_ref())
            .current_dir(project.0.path())
            .env("PATH", path)
            .env(variable.0, variable.1)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let server = Self { process, port };
        let begins = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begins.elapsed() < START, "{command:?} does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_child(&self.process);
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::TERM);
        let _ = self.process.wait();
    }
}

/// Kinto's project, two of its scenarios beside the others, captured in shards that are put together.
#[test]
fn shards_of_kinto_are_judged_where_it_is_not() {
    let Some(programs) = installed("kinto") else {
        return;
    };
    let project = Project::of("kinto");
    project.isolate("Records");
    project.isolate("Server");
    // A list of buckets must not show those of the scenario beside it.
    let capture = |folder: &str, shards: usize, variables: &[(&str, &str)]| {
        let mut folders = Vec::new();
        for shard in 1..=shards {
            let (name, shard) = (format!("{folder}-{shard}"), format!("{shard}/{shards}"));
            let arguments = ["capture", "-q", "--shard", &shard, "-o", &name];
            project.run(&arguments, variables, Some(&programs)).exits(0);
            folders.push(name);
        }
        let mut arguments = vec!["merge", "-q", "-o", folder];
        arguments.extend(folders.iter().map(String::as_str));
        project.run(&arguments, &[], None).exits(0);
    };
    capture("same", 3, &[]);
    // Here is no server that could be started.
    let check = |folder: &str, code| {
        let arguments = ["check", "--from", folder, "--report", "json"];
        project.run(&arguments, &[], None).exits(code).report()
    };
    let clean = check("same", 0);
    assert_eq!(
        clean["documents"].as_array().map(Vec::len),
        Some(14),
        "{clean:#}"
    );
    capture("other", 2, &[("KINTO_PAGINATE_BY", "2")]);
    let expected = [
        ("records/get-records", "header-added"),
        ("records/get-records", "item-removed"),
    ];
    let expected = expected.map(|(document, code)| (document.to_owned(), code.to_owned()));
    assert_eq!(drift(&check("other", 1)), expected.into());
}

/// Datasette is only read: all of its project is sent to one that is up already.
#[test]
fn datasette_as_an_environment_is_held_to_the_shape() {
    let Some(programs) = installed("datasette") else {
        return;
    };
    let project = Project::of("datasette");
    let options = ("DATASETTE_OPTIONS", "--setting default_page_size 50");
    let server = Server::start(&project, &programs, &["./serve", "{port}"], options);
    let url = format!("http://127.0.0.1:{}", server.port);
    project.edit("apidocs.toml", |text| {
        format!(
            "{text}\n[env.staging]\nbase_url = \"{url}\"\ncompare = \"shape\"\n\n[env.exact]\nbase_url = \"{url}\"\n"
        )
    });
    // Without Datasette in the path: nothing is started.
    let check = |name: &str, code| {
        let arguments = ["check", "--env", name, "--report", "json"];
        project.run(&arguments, &[], None).exits(code)
    };
    let clean = check("staging", 0).report();
    assert_eq!(
        clean["documents"].as_array().map(Vec::len),
        Some(9),
        "{clean:#}"
    );
    let changed = ("server/get-settings".to_owned(), "value-changed".to_owned());
    assert_eq!(drift(&check("exact", 1).report()), [changed].into());
}

/// Kinto is written to: unless an environment allows that, nothing of its project may be sent.
#[test]
fn kinto_as_an_environment_gets_the_methods_that_are_allowed() {
    let Some(programs) = installed("kinto") else {
        return;
    };
    let project = Project::of("kinto");
    let command = ["kinto", "start", "--ini", "kinto.ini", "--port", "{port}"];
    let server = Server::start(&project, &programs, &command, ("KINTO_READONLY", "false"));
    let url = format!("http://127.0.0.1:{}", server.port);
    project.edit("apidocs.toml", |text| {
        format!(
            "{text}\n[env.staging]\nbase_url = \"{url}\"\ncompare = \"shape\"\n\n\
             [env.sandbox]\nbase_url = \"{url}\"\ncompare = \"shape\"\n\
             methods = [\"GET\", \"HEAD\", \"POST\", \"PUT\", \"PATCH\", \"DELETE\"]\n"
        )
    });
    let check = |arguments: &[&str], code| {
        let all = [&["check", "--report", "json"], arguments].concat();
        project.run(&all, &[], None).exits(code)
    };
    let refused = check(&["--env", "staging"], 1);
    assert!(
        refused.codes().contains("scenario-left-out"),
        "{}",
        refused.stdout
    );
    let clean = check(&["--env", "sandbox"], 0).report();
    assert_eq!(
        clean["documents"].as_array().map(Vec::len),
        Some(14),
        "{clean:#}"
    );
}
