//! Text → requests: a tree with spans, the endpoint, the media that it refers to.

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
    /// A configuration or the command line says it.
    Assigned,
    /// The envelope says it.
    Envelope,
    /// The shape of the body says it.
    Shape(Certainty),
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Endpoint(Endpoint, EndpointSource),
    /// An envelope for this service that carries nothing: HEAD, OPTIONS.
    Unchecked,
    /// An envelope to an endpoint that the profile does not know.
    Unknown {
        nearest: Option<&'static Operation>,
        typo: bool,
    },
    /// Nothing for this service, as far as one can see; what it resembles most.
    Nothing {
        nearest: Option<Endpoint>,
    },
}

/// One request of a file.
#[derive(Clone, Copy, Debug)]
pub struct Request<'d> {
    /// The service that it is for.
    pub profile: &'static Profile,
    /// 0-based place in a manifest; none for a single request.
    pub index: Option<u32>,
    /// The value that pointers begin at: the body, or the envelope around it.
    pub root: Value<'d>,
    pub envelope: Option<Envelope<'d>>,
    /// None where an envelope has none.
    pub body: Option<Value<'d>>,
    pub target: Target,
}

impl<'d> Request<'d> {
    /// Reads a record as a request.
    ///
    /// Where the endpoint is assigned, the record is the body, unless the endpoint takes no JSON body: a list query can only
    /// be written as an envelope. Else an envelope names its endpoint, and a bare body is known by its shape.
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

    /// It is certainly a request to this service: a folder walk checks only these.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        match self.target {
            // Below /v1/ and /v2/ a path alone may be that of any service.
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

    /// The endpoint that it resembles, where it is not certain and yet too much speaks for a request to pass over it
    /// without a word.
    #[must_use]
    pub fn resembling(&self) -> Option<Endpoint> {
        if self.is_certain() || self.envelope.is_some() {
            return None;
        }
        endpoint::infer(self.profile, self.root).filter(|guess| guess.resembles).map(|guess| guess.endpoint)
    }

    /// The operation that it is for, if that is one of today.
    #[must_use]
    pub fn operation(&self) -> Option<&'static Operation> {
        match self.target {
            Target::Endpoint(Endpoint::Operation(operation), _) => Some(operation),
            _ => None,
        }
    }

    /// `POST /v3/videos`, where the endpoint is known.
    #[must_use]
    pub fn endpoint_name(&self) -> Option<String> {
        match self.target {
            Target::Endpoint(endpoint, _) => Some(endpoint.name()),
            _ => None,
        }
    }
}
