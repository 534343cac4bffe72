//! What becomes known as a secret while a scenario runs.

use serde_json::Value;

use super::client::WireResponse;
use super::payload::Built;
use super::prepared::Prepared;
use super::session::Session;
use super::{body, coding};
use crate::document::{SaveSource, Step};
use crate::stabilize::secrets::Glance;

impl Session<'_> {
    /// Tells the world which secrets there are: a server may log them.
    pub(super) fn tell_secrets(&mut self) {
        let version = Some(self.memory.secrets.version());
        if self.told != version {
            self.world.learn(&mut self.memory.secrets);
            self.told = version;
        }
    }

    /// Remembers what a request calls a secret by name or form.
    pub(super) fn learn_request(&mut self, prepared: &Prepared) {
        let hosts = &self.world.hosts;
        let hosted = |text: &str| hosts.secret_form(text);
        let secrets = &mut self.memory.secrets;
        secrets.learn_text(&prepared.target, &hosted);
        for header in prepared.headers.iter() {
            if !self.seen.contains(header) {
                self.seen.insert(header.clone());
                secrets.learn_header(&header.name, &header.value, &hosted);
            }
        }
        match &prepared.payload {
            Some(Built {
                json: Some(value), ..
            }) => secrets.learn_value(value, Glance::NONE, &hosted),
            Some(payload) => {
                secrets.learn_text(&String::from_utf8_lossy(&payload.bytes), &hosted);
            }
            None => {}
        }
        self.tell_secrets();
    }

    /// The same of a response, be it the expected one or not; what would be saved as secret is one in any case.
    pub(super) fn learn_response(&mut self, step: &Step, response: &WireResponse) {
        let hosts = &self.world.hosts;
        let hosted = |text: &str| hosts.secret_form(text);
        let secrets = &mut self.memory.secrets;
        for header in response.head.headers.iter() {
            if !self.seen.contains(header) {
                self.seen.insert(header.clone());
                secrets.learn_header(&header.name, &header.value, &hosted);
            }
        }
        let media_type = response.head.headers.get("Content-Type");
        let media_type = media_type.unwrap_or_default();
        let read = response.json();
        for (_, save) in step.save.iter().filter(|(_, save)| save.secret) {
            let header;
            let value = match &save.from {
                SaveSource::Pointer(pointer) => read.ok().and_then(|body| body.pointer(pointer)),
                SaveSource::Header(name) => {
                    header = response.head.headers.get(name).map(Value::from);
                    header.as_ref()
                }
            };
            if let Some(value) = value {
                // Also as it is shown: the host in it is replaced before secrets are looked for.
                secrets.add_value(value, &hosted);
            }
        }
        match read {
            Ok(value) => {
                let glance = match std::str::from_utf8(&response.body) {
                    Ok(text) if body::is_utf8(media_type) => Glance::of_json(text),
                    _ => Glance::NONE,
                };
                secrets.learn_value(value, glance, &hosted);
            }
            Err(_) => {
                let text = coding::text(media_type, &response.body);
                let text = text.ok().flatten();
                let text = text.unwrap_or_else(|| String::from_utf8_lossy(&response.body).into());
                secrets.learn_text(&text, &hosted);
            }
        }
        self.tell_secrets();
    }
}
