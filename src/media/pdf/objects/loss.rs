//! Reports the effects of damage at the end, when pages and missing objects are known.

use super::super::lex::Lexer;
use super::super::object::Body;
use super::super::xref::{FoundObject, ObjectLocation};
use super::pages::Tree;
use super::{ObjectWalk, odd_object};
use crate::media::{Bytes, Fault, ReadError};

impl ObjectWalk<'_> {
    /// Reads dictionaries of pictures that are separate objects.
    pub(super) fn fetch_picture_names(&mut self, bytes: &mut Bytes<'_>) -> Result<(), ReadError> {
        let mut names = std::mem::take(&mut self.picture_names);
        names.sort_unstable();
        names.dedup_by_key(|(object, _)| *object);
        for (object, user) in names {
            let Some(ObjectLocation::At(offset)) = self.location(object) else { continue };
            let mut references = Vec::new();
            let mut lexer = Lexer::new(bytes, offset);
            if lexer.object_header()? == Some(object)
                && let Ok(found) = lexer.picture_names(&mut references)?
                && matches!(found.body, Body::Dict(_))
            {
                for picture in found.pictures {
                    if let super::Picture::Named(name, target) = picture {
                        self.pictures.push((target, name, user));
                    }
                }
            }
        }
        Ok(())
    }

    /// Reports broken dictionaries: they are corrupt if pages depend on them, according to `is_vital`.
    pub(super) fn tell_mismatches(&mut self, is_vital: impl Fn(u32) -> bool) {
        for mismatch in std::mem::take(&mut self.mismatches) {
            let number = mismatch.number;
            if !is_vital(number) {
                self.tallies.add(odd_object(number, mismatch.at));
                continue;
            }
            let what = if self.leaves.contains(&number) { "a page" } else { "a part of the page tree" };
            let message = format!("the dictionary of object {number}, {what}, is damaged");
            let fault = Fault::corrupt("page-damaged", message).at(mismatch.at);
            self.tallies.add(fault.effect("readers lose the page, or the content that its damaged entries name"));
        }
    }

    /// Reports objects that pages need and the file lacks.
    pub(super) fn tell_losses(&mut self, tree: &Tree) {
        for (page, content) in std::mem::take(&mut self.page_contents) {
            if !tree.has(page)
                || self.is_there(content, |found| matches!(found, FoundObject::Stream | FoundObject::Array))
            {
                continue;
            }
            let what = if self.location(content).is_none_or(|at| at == ObjectLocation::Free) {
                "is not in the file"
            } else {
                "is not a stream"
            };
            let message = format!("the content of a page, object {page}, should be object {content}, which {what}");
            let fault = Fault::corrupt("contents-missing", message)
                .at(self.known_offset(content).unwrap_or_else(|| self.offset(page)));
            self.tallies.add(fault.effect("the page is blank, or lacks a part"));
        }
        for (target, name, user) in std::mem::take(&mut self.pictures) {
            if self.is_there(target, |_| true) {
                continue;
            }
            let name = name.to_text();
            let message = format!("the picture or form {name} should be object {target}, which is not in the file");
            let fault = Fault::corrupt("picture-missing", message).at(self.offset(user));
            self.tallies.add(fault.effect("there is a gap where it is used"));
        }
    }

    /// Whether an object is present and of the wanted kind, or unreadable for a reason already reported.
    fn is_there(&self, number: u32, is_wanted: impl Fn(FoundObject) -> bool) -> bool {
        match self.table.entries.get(&number) {
            None => false,
            Some(entry) if entry.location == ObjectLocation::Free => false,
            Some(entry) => entry.found == FoundObject::Unread || is_wanted(entry.found),
        }
    }
}
