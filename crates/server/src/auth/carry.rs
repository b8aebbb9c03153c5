//! How a token travels: in a header, as a subprotocol, in the address. Must not know whether it is
//! good.

use axum::http::{HeaderMap, header};
use protocol::TOKEN_SUBPROTOCOL_PREFIX;

use super::{Auth, AuthError, Login};

/// Where a token stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Via {
    /// `Authorization: Bearer …`.
    Header,
    /// `Sec-WebSocket-Protocol: parlor.v1, parlor.token.…`.
    Subprotocol,
    /// `?token=…`.
    Query,
    /// A `token` message on the socket.
    Message,
}

impl Auth {
    /// The token of a request: the header counts first, then the subprotocol, then the address.
    #[must_use]
    pub fn token_of(headers: &HeaderMap, query: Option<&str>) -> Option<(String, Via)> {
        bearer(headers)
            .map(|token| (token, Via::Header))
            .or_else(|| subprotocol(headers).map(|token| (token, Via::Subprotocol)))
            .or_else(|| query.and_then(in_query).map(|token| (token, Via::Query)))
    }

    /// Who sends this request? `None` without a token; a token that does not count is an error,
    /// never nobody. The token stands in the header: addresses and subprotocols are for sockets.
    pub async fn of_request(&self, headers: &HeaderMap) -> Result<Option<Login>, AuthError> {
        match bearer(headers) {
            Some(token) => self.api(&token).await.map(Some),
            None => Ok(None),
        }
    }

    /// Who opens this socket? `None` without a token.
    pub async fn of_upgrade(
        &self,
        headers: &HeaderMap,
        query: Option<&str>,
    ) -> Result<Option<Login>, AuthError> {
        match Self::token_of(headers, query) {
            Some((token, via)) => self.socket(&token, via).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Other schemes are left alone: a proxy in front may have its own.
fn bearer(headers: &HeaderMap) -> Option<String> {
    headers.get_all(header::AUTHORIZATION).iter().find_map(|value| {
        let bytes = value.as_bytes();
        let (scheme, token) = bytes.split_at_checked(b"Bearer".len())?;
        let ours = scheme.eq_ignore_ascii_case(b"Bearer")
            && token.first().is_none_or(|next| next.is_ascii_whitespace());
        ours.then(|| String::from_utf8_lossy(token).trim().to_owned())
    })
}

fn subprotocol(headers: &HeaderMap) -> Option<String> {
    let offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    offers
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|offer| offer.trim().strip_prefix(TOKEN_SUBPROTOCOL_PREFIX).map(str::to_owned))
}

/// Tokens hold nothing that an address would have to escape, so nothing is unescaped.
fn in_query(query: &str) -> Option<String> {
    query.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_header_counts_before_the_subprotocol_and_the_address() {
        type Case<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>, Option<(&'a str, Via)>);
        let cases: &[Case<'_>] = &[
            (&[], None, None),
            (&[], Some("a=1&token=T&b=2"), Some(("T", Via::Query))),
            (&[], Some("token="), Some(("", Via::Query))),
            (&[], Some("xtoken=T"), None),
            (&[("authorization", "Bearer T")], Some("token=Q"), Some(("T", Via::Header))),
            (&[("authorization", "bearer   T ")], None, Some(("T", Via::Header))),
            (&[("authorization", "Bearer")], None, Some(("", Via::Header))),
            (&[("authorization", "BearerT")], None, None),
            (&[("authorization", "Basic T")], Some("token=Q"), Some(("Q", Via::Query))),
            (
                &[("sec-websocket-protocol", "parlor.v1, parlor.token.S")],
                Some("token=Q"),
                Some(("S", Via::Subprotocol)),
            ),
            (
                &[("authorization", "Bearer H"), ("sec-websocket-protocol", "parlor.token.S")],
                None,
                Some(("H", Via::Header)),
            ),
            (&[("sec-websocket-protocol", "parlor.v1")], None, None),
        ];
        for (headers, query, found) in cases {
            let mut map = HeaderMap::new();
            for (name, value) in *headers {
                map.append(*name, HeaderValue::from_static(value));
            }
            let token = Auth::token_of(&map, *query);
            let token = token.as_ref().map(|(token, via)| (token.as_str(), *via));
            assert_eq!(token, *found, "{headers:?} {query:?}");
        }
    }
}
