"""Whether a webhook comes from the shop: a nudge to look at once, whose content is not used."""

from __future__ import annotations

import hmac
from base64 import b64encode

from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.ports.logins import Secret, as_secret


@discreet
def is_woocommerce_webhook(body: bytes, signature: str | None, secret: Secret | str) -> bool:
    """Whether ``signature``, the header ``X-WC-Webhook-Signature``, is that of this body with the webhook's secret.

    The ping that WooCommerce sends as a webhook is saved has none. A webhook may never come, or come twice, so it only
    says that looking is worth while: fetch orders then, as at any other time.
    """
    key = as_secret(secret).reveal().encode("utf-8", "surrogatepass")
    given = (signature or "").strip().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(b64encode(hmac.digest(key, body, "sha256")), given)
