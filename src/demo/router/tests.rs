use super::*;

#[test]
fn templates_match_whole_paths() {
    let route = Route {
        template: "/a/{x}/b/{y}/",
        methods: &[],
    };
    assert_eq!(
        route.matches("/a/1%2F2/b/%FF/"),
        Some(vec![("x", "1/2".into()), ("y", "\u{fffd}".into())])
    );
    for path in ["/a/1/b/2", "/a//b/2/", "/a/1/c/2/", "/a/1/b/2/3/", "", "/"] {
        assert_eq!(route.matches(path), None, "{path}");
    }
}

#[test]
fn no_two_routes_claim_one_path() {
    for route in ROUTES {
        let path = route.template.replace(['{', '}'], "");
        let matching: Vec<_> = ROUTES
            .iter()
            .filter(|other| other.matches(&path).is_some())
            .collect();
        assert_eq!(matching.len(), 1, "{path}");
        assert!(route.template.ends_with('/'));
    }
}

#[test]
fn allow_names_head_where_there_is_get() {
    let allow = |template| {
        ROUTES
            .iter()
            .find(|route| route.template == template)
            .map(Route::allow)
    };
    assert_eq!(
        allow("/api/0/organizations/").as_deref(),
        Some("GET, POST, HEAD, OPTIONS")
    );
    assert_eq!(
        allow("/api/0/api-tokens/").as_deref(),
        Some("POST, OPTIONS")
    );
}

/// A world with one thing of every kind, and the paths to them.
fn furnished() -> (State, String, Vec<(&'static str, String)>) {
    let mut state = State::new(Some(1));
    let mut ask = |path: &str, token: &str, content_type: &str, body: &str| {
        let mut request = Request {
            method: "POST".into(),
            body: body.into(),
            ..Request::default()
        };
        request
            .headers
            .push(("Authorization".into(), format!("Bearer {token}")));
        request
            .headers
            .push(("Content-Type".into(), content_type.into()));
        request.target(path);
        let (reply, _) = answer(&mut state, &request);
        assert!(reply.status < 300, "{path} {reply:?}");
        reply.body.unwrap_or_default()
    };
    let (json, form) = ("application/json", "multipart/form-data; boundary=x");
    let login = r#"{"username": "john@interstellar.invalid", "password": "dummy"}"#;
    let token = ask("/api/0/api-tokens/", "", json, login)["token"]
        .as_str()
        .unwrap_or("")
        .to_owned();
    let upload =
        "--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n1\r\n--x--\r\n";
    let projects = "/api/0/projects/the-interstellar-jurisdiction/pump-station";
    let hook = r#"{"url": "https://example.com/", "events": ["event.alert"]}"#;
    let hook = ask(&format!("{projects}/hooks/"), &token, json, hook)["id"].clone();
    ask(&format!("{projects}/files/dsyms/"), &token, form, upload);
    let releases = "/api/0/organizations/the-interstellar-jurisdiction/releases/";
    ask(
        releases,
        &token,
        json,
        r#"{"version": "1", "projects": ["pump-station"]}"#,
    );
    let file = ask(&format!("{releases}1/files/"), &token, form, upload)["id"].clone();
    let text = |value: serde_json::Value| value.as_str().unwrap_or("").to_owned();
    let values = vec![
        (
            "organization_slug",
            "the-interstellar-jurisdiction".to_owned(),
        ),
        ("project_slug", "pump-station".to_owned()),
        ("team_slug", "powerful-abolitionist".to_owned()),
        ("project_id", "2".to_owned()),
        ("issue_id", "1".to_owned()),
        ("event_id", state.events[0].id.clone()),
        ("short_id", "PUMP-STATION-1".to_owned()),
        ("key", "browser".to_owned()),
        ("key_id", state.keys[0].public.clone()),
        ("version", "1".to_owned()),
        ("hook_id", text(hook)),
        ("file_id", text(file)),
    ];
    (state, token, values)
}

#[test]
fn every_route_answers_in_a_furnished_world() {
    for route in ROUTES {
        for method in route.methods {
            let (mut state, token, values) = furnished();
            let mut path = route.template.to_owned();
            for (name, value) in values {
                path = path.replace(&format!("{{{name}}}"), &value);
            }
            assert!(!path.contains('{'), "{path}");
            let mut request = Request {
                method: method.name.into(),
                ..Request::default()
            };
            request
                .headers
                .push(("Authorization".into(), format!("Bearer {token}")));
            request.target(&format!("{path}?id=1"));
            let (reply, found) = answer(&mut state, &request);
            assert!(
                !matches!(reply.status, 404 | 405 | 500),
                "{} {path} {reply:?}",
                method.name
            );
            assert_eq!(found.map(|found| found.template), Some(route.template));
            if method.name == "GET" {
                assert_eq!(reply.status, 200, "{path} {reply:?}");
            }
        }
    }
}

#[test]
fn every_route_but_the_open_ones_wants_a_token() {
    for route in ROUTES {
        for method in route.methods.iter().filter(|method| method.scope != OPEN) {
            let mut request = Request {
                method: method.name.into(),
                ..Request::default()
            };
            request.target(&route.template.replace(['{', '}'], ""));
            let (reply, _) = answer(&mut State::new(Some(1)), &request);
            assert_eq!(reply.status, 401, "{} {}", method.name, route.template);
        }
    }
}

#[test]
fn every_route_is_documented_and_every_document_has_its_route() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("api-docs/endpoints");
    let entries = |folder: &std::path::Path| -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).expect("the documents of the demo project");
        entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .collect()
    };
    let mut documented: Vec<String> = Vec::new();
    for file in entries(&folder).iter().flat_map(|section| entries(section)) {
        let text = std::fs::read_to_string(&file).expect("a readable document");
        let document: serde_json::Value = serde_json::from_str(&text).expect("a JSON document");
        let field = |name: &str| document[name].as_str().unwrap_or("").to_owned();
        documented.push(format!("{} {}", field("method"), field("api_path")));
    }
    documented.sort();
    let undocumented = [
        // The door and the letter box: they are there for the scenarios.
        "POST /api/0/api-tokens/",
        "POST /api/{project_id}/store/",
        // The original documents no single key either.
        "GET /api/0/projects/{organization_slug}/{project_slug}/keys/{key_id}/",
    ];
    let mut served: Vec<String> = ROUTES
        .iter()
        .flat_map(|route| {
            route
                .methods
                .iter()
                .map(move |method| format!("{} {}", method.name, route.template))
        })
        .filter(|route| !undocumented.contains(&route.as_str()))
        .collect();
    served.sort();
    assert_eq!(documented, served);
}
