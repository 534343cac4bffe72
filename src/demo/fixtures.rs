//! The Interstellar Jurisdiction as it stands before the first request.

use super::projects;
use super::random::Moment;
use super::state::{Kind, Organization, Release, Role, State, Team, User};
use super::{events, keys};

/// The password of both users; the demo guards nothing.
const PASSWORD: &str = "dummy";

/// Fills an empty world. The numbers of the fixtures do not depend on a seed:
/// a DSN ends in its project's number, and documents quote DSNs.
pub(crate) fn fill(state: &mut State) {
    for (id, email) in [
        (1, "john@interstellar.invalid"),
        (2, "jane@interstellar.invalid"),
    ] {
        let joined = state.clock.tick();
        state.users.push(User {
            id,
            email: email.into(),
            password: PASSWORD.into(),
            joined,
        });
    }
    let created = state.clock.tick();
    state.organizations.push(Organization {
        id: 2,
        slug: "the-interstellar-jurisdiction".into(),
        name: "The Interstellar Jurisdiction".into(),
        created,
        members: vec![(1, Role::Owner), (2, Role::Member)],
    });
    state.count_from(Kind::Organization, 2);
    let created = state.clock.tick();
    state.teams.push(Team {
        id: 2,
        organization: 2,
        slug: "powerful-abolitionist".into(),
        name: "Powerful Abolitionist".into(),
        created,
        members: vec![1, 2],
    });
    state.count_from(Kind::Team, 2);
    // Other numbers begin where they would after some use: the first client
    // key of a young service is hardly key number one.
    state.count_from(Kind::Project, 1);
    state.count_from(Kind::Key, 4);
    state.count_from(Kind::Report, 0);

    for (name, slug, color) in [
        ("Pump Station", "pump-station", "#3fbf7f"),
        ("Prime Mover", "prime-mover", "#bf5b3f"),
    ] {
        project(state, name, slug, color);
    }
    for kind in [
        Kind::Activity,
        Kind::Deploy,
        Kind::Hook,
        Kind::Issue,
        Kind::Release,
        Kind::ReleaseFile,
        Kind::Symbols,
    ] {
        // Counters that were not used yet must exist, for a server without a
        // seed moves them all.
        let last = state.next(kind);
        state.count_from(kind, last - 1);
    }
}

fn project(state: &mut State, name: &str, slug: &str, color: &str) {
    let mut draw = state.draw("fixture", slug);
    let created = state.clock.tick();
    let mut project = projects::new(state, &mut draw, 2, 2, name, slug, created);
    project.color = color.to_owned();
    let id = project.id;
    state.projects.push(project);
    let created = state.clock.tick();
    let key = keys::new(state, &mut draw, id, "Fabulous Key", created);
    state.keys.push(key);

    let version = draw.hex(40);
    let created: Moment = state.clock.tick();
    let release = state.next(Kind::Release);
    state.releases.push(Release {
        id: release,
        organization: 2,
        projects: vec![id],
        version: version.clone(),
        reference: None,
        url: None,
        created,
        released: None,
        commits: Vec::new(),
    });
    for (platform, environment, message) in [
        (
            "python",
            "prod",
            "The pressure is above the permitted limit",
        ),
        (
            "java",
            "production",
            "The token of the inspector has expired",
        ),
    ] {
        let at = state.clock.tick();
        events::record(
            state,
            events::Incoming {
                id: draw.hex(32),
                project: id,
                platform: platform.to_owned(),
                message: message.to_owned(),
                environment: environment.to_owned(),
                release: Some(version.clone()),
                at,
            },
        );
    }
}
