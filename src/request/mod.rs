//! Turns text into requests: a tree with spans, the endpoint, the media references.

pub mod base64;
pub mod compose;
pub mod endpoint;
pub mod envelope;
pub mod job;
pub mod json;
pub mod piece;
pub mod place;
pub mod record;
pub mod reference;
pub mod schema;
pub mod shape;
pub mod split;
pub mod url;
pub mod visit;

pub use crate::profile::contract;
use contract::{BodyEncoding, Operation};
use endpoint::{Certainty, Endpoint, Resolved};
use envelope::Envelope;
use json::Value;

use crate::profile::Profile;

/// How the endpoint of a request is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointSource {
    /// From the configuration or the command line.
    Assigned,
    /// From the envelope.
    Envelope,
    /// From the shape of the body.
    Shape(Certainty),
}

/// The target of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Endpoint(Endpoint, EndpointSource),
    /// An envelope for this service with a method that has no body to check: HEAD, OPTIONS.
    Unchecked,
    /// An envelope to an endpoint that the profile does not know.
    Unknown {
        nearest: Option<&'static Operation>,
        typo: bool,
    },
    /// Apparently not for this service; with the endpoint that it resembles most.
    Nothing {
        nearest: Option<Endpoint>,
    },
}

/// One request of a file.
#[derive(Clone, Copy, Debug)]
pub struct Request<'d> {
    /// The service that it is for.
    pub profile: &'static Profile,
    /// 0-based index in a manifest; none for a single request.
    pub index: Option<u32>,
    /// The value at which pointers begin: the body, or the envelope around it.
    pub root: Value<'d>,
    pub envelope: Option<Envelope<'d>>,
    /// None where an envelope has none.
    pub body: Option<Value<'d>>,
    pub target: Target,
}

impl<'d> Request<'d> {
    /// Reads a record as a request.
    ///
    /// If the endpoint is assigned, the record is the body, unless the endpoint takes no JSON body: a list query can
    /// only be written as an envelope. Otherwise an envelope names its endpoint, and the shape of a bare body
    /// determines it.
    #[must_use]
    pub fn read(profile: &'static Profile, index: Option<u32>, root: Value<'d>, assigned: Option<Endpoint>) -> Self {
        let envelope = Envelope::of(profile, root);
        if let Some(endpoint) = assigned {
            let bodiless =
                matches!(endpoint, Endpoint::Operation(operation) if operation.encoding != BodyEncoding::Json);
            let envelope = envelope.filter(|_| bodiless);
            let body = envelope.map_or(Some(root), |envelope| envelope.body);
            return Self {
                profile,
                index,
                root,
                envelope,
                body,
                target: Target::Endpoint(endpoint, EndpointSource::Assigned),
            };
        }
        if let Some(envelope) = envelope {
            let target = match envelope.resolve() {
                Resolved::Known(endpoint) => Target::Endpoint(endpoint, EndpointSource::Envelope),
                Resolved::Unchecked => Target::Unchecked,
                Resolved::Unknown { nearest, typo } => Target::Unknown { nearest, typo },
                Resolved::Foreign => Target::Nothing { nearest: None },
            };
            return Self { profile, index, root, envelope: Some(envelope), body: envelope.body, target };
        }
        let target = match endpoint::infer(profile, root) {
            Some(guess) if guess.certainty == Certainty::Nearest => Target::Nothing { nearest: Some(guess.endpoint) },
            Some(guess) => Target::Endpoint(guess.endpoint, EndpointSource::Shape(guess.certainty)),
            None => Target::Nothing { nearest: None },
        };
        Self { profile, index, root, envelope: None, body: Some(root), target }
    }

    /// Whether it is certainly a request to this service; a folder walk checks only these.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        match self.target {
            // Under /v1/ and /v2/ a path alone may belong to any service.
            Target::Endpoint(Endpoint::Legacy(legacy), EndpointSource::Envelope) if legacy.method != "POST" => {
                self.envelope.is_some_and(|envelope| envelope.is_certain())
            }
            Target::Endpoint(_, known) => {
                !matches!(known, EndpointSource::Shape(certainty) if certainty != Certainty::Certain)
            }
            Target::Unknown { typo, .. } => typo || self.envelope.is_some_and(|envelope| envelope.is_certain()),
            Target::Unchecked => self.envelope.is_some_and(|envelope| envelope.is_certain()),
            Target::Nothing { .. } => false,
        }
    }

    /// The endpoint that it resembles, if it is not certain but there is too much evidence to skip it silently.
    #[must_use]
    pub fn resembling(&self) -> Option<Endpoint> {
        if self.is_certain() || self.envelope.is_some() {
            return None;
        }
        endpoint::infer(self.profile, self.root).filter(|guess| guess.resembles).map(|guess| guess.endpoint)
    }

    /// The current operation of the request, if any.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        match self.target {
            Target::Endpoint(Endpoint::Operation(operation), _) => Some(operation),
            _ => None,
        }
    }

    /// `POST /v3/videos`, if the endpoint is known.
    #[must_use]
    pub fn endpoint_name(&self) -> Option<String> {
        match self.target {
            Target::Endpoint(endpoint, _) => Some(endpoint.name()),
            _ => None,
        }
    }
}
