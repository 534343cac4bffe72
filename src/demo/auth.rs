//! Who asks, and what they may do.

use serde_json::json;

use super::http::{Failure, Outcome, Reply, Request};
use super::input::Fields;
use super::router::Call;
use super::state::{Role, State};

/// The scope of routes that look at no token.
pub(crate) const OPEN: &str = "open";
/// The scope of routes that only want to know who asks.
pub(crate) const ANYBODY: &str = "";

const OWNER: [&str; 17] = [
    "org:write",
    "member:write",
    "team:admin",
    "project:read",
    "project:releases",
    "org:read",
    "member:admin",
    "event:read",
    "event:admin",
    "member:read",
    "project:write",
    "org:integrations",
    "org:admin",
    "project:admin",
    "event:write",
    "team:write",
    "team:read",
];
const MEMBER: [&str; 6] = [
    "event:read",
    "event:write",
    "member:read",
    "org:read",
    "project:read",
    "team:read",
];

/// The scopes of a role.
pub(crate) fn scopes(role: Role) -> &'static [&'static str] {
    match role {
        Role::Owner => &OWNER,
        Role::Member => &MEMBER,
    }
}

/// The user that the token of a request belongs to.
pub(crate) fn user(state: &State, request: &Request) -> Result<u64, Failure> {
    let credential = request.header("Authorization").unwrap_or("");
    let (scheme, token) = credential
        .trim()
        .split_once(' ')
        .unwrap_or((credential, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Failure::new(
            401,
            "This address wants a token: Authorization: Bearer <token>.",
        ));
    }
    state
        .tokens
        .get(token.trim())
        .copied()
        .ok_or_else(|| Failure::new(401, "Nobody has this token."))
}

/// Whether a user may do in an organization what a scope stands for.
/// Strangers are told that there is nothing, so that they cannot find out
/// which names are taken.
pub(crate) fn permit(
    state: &State,
    user: u64,
    organization: u64,
    scope: &str,
) -> Result<(), Failure> {
    let role = state
        .organization(organization)
        .and_then(|organization| organization.role(user));
    let role = role.ok_or_else(Failure::not_found)?;
    if scope == ANYBODY || scopes(role).contains(&scope) {
        Ok(())
    } else {
        Err(Failure::new(403, "Your role does not allow this."))
    }
}

/// `POST /api/0/api-tokens/`: exchanges a password for a token.
pub(crate) fn log_in(call: &mut Call) -> Outcome {
    let mut fields = Fields::read(call.request)?;
    let name = fields.required("username", 200);
    let password = fields.required("password", 200);
    fields.finish()?;
    let user = call
        .state
        .users
        .iter()
        .find(|user| user.email == name && user.password == password);
    let user = user
        .ok_or_else(|| Failure::new(401, "The name or the password is wrong."))?
        .id;
    let token = call.draw.hex(64);
    call.state.tokens.insert(token.clone(), user);
    let role = call
        .state
        .organizations
        .iter()
        .find_map(|organization| organization.role(user));
    let mut scopes = scopes(role.unwrap_or(Role::Member)).to_vec();
    scopes.sort_unstable();
    Ok(Reply::created(json!({
        "token": token,
        "scopes": scopes,
        "dateCreated": call.now.text(),
        "expiresAt": null,
        "user": {"id": user.to_string(), "username": name},
    })))
}
