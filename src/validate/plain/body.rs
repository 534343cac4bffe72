//! A JSON body as it stands in the file: in canonical form, and without anything to tell.

use super::reader::{DEEPEST, Reader, Text};
use crate::json::RESERVED_KEY;
use crate::stabilize::secrets::Look;
use crate::validate::rules::spelling::Counts;

impl<'a> Reader<'a> {
    /// The body that begins here, on that level of the document; gives what its length consists of.
    pub fn body(&mut self, level: usize) -> Option<Counts> {
        self.counts = Counts::default();
        self.outer = level;
        self.value(level)?;
        Some(std::mem::take(&mut self.counts))
    }

    fn value(&mut self, level: usize) -> Option<()> {
        if level > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(level),
            b'[' => self.array(level, None),
            b'"' => {
                let text = self.counted_string()?;
                let is_marked = text.is_marked();
                self.secrets.item(text.meaning(), is_marked).then_some(())
            }
            _ => {
                let scalar = self.scalar()?;
                self.counts.scalar(scalar);
                Some(())
            }
        }
    }

    fn object(&mut self, level: usize) -> Option<()> {
        let mut before: Option<&str> = None;
        let mut name: Option<Text<'_>> = None;
        self.counts.open_object();
        let members = self.container(level, b'}', |body| {
            let key = body.counted_string()?;
            // Sorted, and so none of them twice. Which of two comes first where there are escapes is not plain.
            if key.meant.is_some() || before.is_some_and(|before| before >= key.raw) {
                return None;
            }
            if key.raw == RESERVED_KEY {
                return None;
            }
            before = Some(key.raw);
            body.take(b": ")?;
            let is_plain = body.secrets.key(key.raw, key.is_marked());
            let text = is_plain.then(|| body.member(key.raw, name.as_ref(), level + 1))??;
            if Look::names_value(key.raw) && text.is_some() {
                name = text;
            }
            Some(())
        })?;
        self.counts.object(members, self.depth(level));
        Some(())
    }

    /// The value of a member, which is given where it is a string.
    fn member(
        &mut self,
        key: &str,
        name: Option<&Text<'_>>,
        level: usize,
    ) -> Option<Option<Text<'a>>> {
        let name = name.filter(|_| key == "value").map_or(key, Text::meaning);
        match self.peek()? {
            b'"' => self.text_under(name).map(Some),
            b'[' if self.secrets.names_items(name) => self.array(level, Some(name)).map(|()| None),
            _ => self.value(level).map(|()| None),
        }
    }

    /// A string whose name counts.
    fn text_under(&mut self, name: &str) -> Option<Text<'a>> {
        let text = self.counted_string()?;
        let is_marked = text.is_marked();
        let is_plain = self.secrets.member(name, text.meaning(), is_marked);
        is_plain.then_some(text)
    }

    /// An array; `name` is given where it counts for the strings.
    fn array(&mut self, level: usize, name: Option<&str>) -> Option<()> {
        let items = self.container(level, b']', |body| match name {
            Some(name) if body.peek()? == b'"' => body.text_under(name).map(|_| ()),
            _ => body.value(level + 1),
        })?;
        self.counts.array(items, self.depth(level));
        Some(())
    }

    /// As the rule counts levels: from 1.
    fn depth(&self, level: usize) -> u64 {
        (level - self.outer + 1) as u64
    }

    fn counted_string(&mut self) -> Option<Text<'a>> {
        let text = self.string()?;
        match text.may_be_longer() {
            true => self.counts.text(text.meaning()),
            false => self.counts.plain_text(text.raw),
        }
        Some(text)
    }
}
