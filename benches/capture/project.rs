//! The project that is captured, and the same requests for hurl.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

pub const SCENARIOS: usize = 200;
pub const REQUESTS: usize = SCENARIOS * PATHS.len();
pub const JOBS: usize = 8;

/// The settings under which every request has a connection of its own.
pub const SEPARATE: &str = "separate.toml";

/// What each scenario asks for: short answers and long ones.
pub const PATHS: [&str; 10] = [
    "/api/0/organizations/",
    "/api/0/organizations/the-interstellar-jurisdiction/",
    "/api/0/organizations/the-interstellar-jurisdiction/projects/",
    "/api/0/organizations/the-interstellar-jurisdiction/teams/",
    "/api/0/organizations/the-interstellar-jurisdiction/releases/",
    "/api/0/projects/",
    "/api/0/projects/the-interstellar-jurisdiction/pump-station/",
    "/api/0/projects/the-interstellar-jurisdiction/pump-station/keys/",
    "/api/0/projects/the-interstellar-jurisdiction/pump-station/users/",
    "/api/0/projects/the-interstellar-jurisdiction/pump-station/events/",
];

/// Writes both; gives the names of hurl's files. Every scenario has a document of its own for the last request.
pub fn write(folder: &Path, port: u16) -> Vec<String> {
    let put = |path: &str, text: &str| {
        let path = folder.join(path);
        let parent = path.parent().expect("it is below the folder");
        fs::create_dir_all(parent).expect("the folder is made");
        fs::write(path, text).expect("the file is written");
    };
    let base = format!("http://127.0.0.1:{port}");
    let settings = |keep_alive: bool| {
        format!(
            "base_url = '{base}'\nkeep_alive = {keep_alive}\nidentity = 'bench'\n[auth.bench]\nvalue = 'Bearer {{{{ env.BENCH_TOKEN }}}}'\nshown = 'Bearer <token>'\n\
             [severity]\nduplicate-endpoint = 'off'\n"
        )
    };
    put("apidocs.toml", &settings(true));
    put(SEPARATE, &settings(false));
    let mut names = Vec::new();
    let mut files = Vec::new();
    for index in 0..SCENARIOS {
        let name = format!("get-{index:03}");
        let document = json!({
            "title": name, "method": "GET", "api_path": PATHS[PATHS.len() - 1], "path_parameters": null,
            "description": "Return the events of a project, for one of the scenarios.",
        });
        put(
            &format!("api-docs/endpoints/bench/{name}.json"),
            &document.to_string(),
        );
        let mut requests: Vec<Value> = PATHS
            .iter()
            .map(|path| json!({"request": format!("GET {path}")}))
            .collect();
        if let Some(last) = requests.last_mut() {
            last["example"] = format!("bench/{name}").into();
        }
        let scenario = json!({"title": name, "isolated": true, "requests": requests});
        put(
            &format!("api-docs/scenarios/Get{index:03}.json"),
            &scenario.to_string(),
        );
        let entries: Vec<_> = PATHS
            .iter()
            .map(|path| {
                format!("GET {base}{path}\nAuthorization: Bearer {{{{token}}}}\nHTTP 200\n")
            })
            .collect();
        files.push(format!("{index:03}.hurl"));
        put(&files[index], &entries.join("\n"));
        names.push(name);
    }
    let sections = json!({"sections": [{"id": "bench", "title": "Bench", "endpoints": names}]});
    put("api-docs/sections.json", &sections.to_string());
    files
}
