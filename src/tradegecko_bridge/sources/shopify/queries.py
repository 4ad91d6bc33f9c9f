"""The texts of what Shopify is asked. ``M`` stands for the currency in which amounts are read: the shop's, or the one
in which the customer paid. Each keeps below a thousand points, which is the most one query may cost."""

from __future__ import annotations

LINES = 8
"""Lines of an order that come with it; the rest of longer ones is read by itself."""
MORE_LINES = 50

ROWS = """
query Rows($query: String, $first: Int!, $after: String, $sort: OrderSortKeys!) {
  orders(query: $query, first: $first, after: $after, sortKey: $sort) {
    nodes { id updatedAt processedAt }
    pageInfo { hasNextPage endCursor }
  }
}"""

NEWEST = "query Newest { orders(first: 1, sortKey: UPDATED_AT, reverse: true) { nodes { updatedAt } } }"

COUNT = "query Count($query: String) { ordersCount(query: $query, limit: null) { count } }"

NAMED = "query Named($query: String!) { orders(query: $query, first: 10) { nodes { id name updatedAt } } }"

MONEY = {"shop": "shopMoney", "presentment": "presentmentMoney"}

_ADDRESS = "firstName lastName company address1 address2 city province zip countryCodeV2 phone"
_TAXES = "taxLines { rate priceSet { M } }"

LINE = f"""
  id sku name quantity currentQuantity unfulfilledQuantity requiresShipping isGiftCard
  originalUnitPriceSet {{ M }}
  discountAllocations {{ allocatedAmountSet {{ M }} }}
  {_TAXES}
  duties {{ id price {{ M }} {_TAXES} }}
"""

HEAD = f"""
  id name createdAt updatedAt processedAt cancelledAt closed test taxesIncluded dutiesIncluded
  currencyCode presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus
  note tags email phone poNumber sourceName paymentGatewayNames discountCodes
  customAttributes {{ key value }}
  totalPriceSet {{ M }} currentTotalPriceSet {{ M }} totalTipReceivedSet {{ M }} totalRefundedSet {{ M }}
  additionalFees {{ id name price {{ M }} {_TAXES} }}
  customer {{ id firstName lastName defaultEmailAddress {{ emailAddress }} defaultPhoneNumber {{ phoneNumber }} }}
  purchasingEntity {{ ... on PurchasingCompany {{ company {{ id name }} location {{ id name }} }} }}
  shippingAddress {{ {_ADDRESS} }}
  billingAddress {{ {_ADDRESS} }}
"""

SHIPPING = f"""
  id title code deliveryCategory originalPriceSet {{ M }} discountedPriceSet {{ M }} currentDiscountedPriceSet {{ M }}
  {_TAXES}
"""

DETAILS = f"""
query Details($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      {HEAD}
      shippingLines(first: 3) {{ nodes {{ {SHIPPING} }} }}
      lineItems(first: {LINES}) {{ nodes {{ {LINE} }} pageInfo {{ hasNextPage endCursor }} }}
    }}
  }}
}}"""

REST_OF_LINES = f"""
query RestOfLines($id: ID!, $after: String) {{
  order(id: $id) {{
    lineItems(first: {MORE_LINES}, after: $after) {{ nodes {{ {LINE} }} pageInfo {{ hasNextPage endCursor }} }}
  }}
}}"""

BULK = f"""
query Import {{
  orders(query: QUERY, sortKey: UPDATED_AT) {{
    edges {{ node {{
      {HEAD}
      shippingLines {{ edges {{ node {{ __typename {SHIPPING} }} }} }}
      lineItems {{ edges {{ node {{ __typename {LINE} }} }} }}
    }} }}
  }}
}}"""

RUN_BULK = """
mutation RunBulk($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: true) {
    bulkOperation { id }
    userErrors { field message code }
  }
}"""

LOOK_AT_BULK = "query LookAtBulk($id: ID!) { bulkOperation(id: $id) { status errorCode url } }"

FULFILMENTS = 8
FULFILMENT_LINES = 20

_CONTENTS = "nodes { quantity lineItem { id } } pageInfo { hasNextPage endCursor }"

SHIPPED = f"""
  fulfillments(first: {FULFILMENTS}) {{
    id status trackingInfo(first: 10) {{ number }}
    fulfillmentLineItems(first: {FULFILMENT_LINES}) {{ {_CONTENTS} }}
  }}
"""

LOOK = f"""
query Look($id: ID!, $namespace: String!, $key: String!) {{
  order(id: $id) {{
    id name cancelledAt
    metafield(namespace: $namespace, key: $key) {{ value }}
    {SHIPPED}
  }}
}}"""

PARCEL_IDS = "query ParcelIds($id: ID!) { order(id: $id) { fulfillments(first: 250) { id status } } }"

PARCEL = "query Parcel($id: ID!) { fulfillment(id: $id) { trackingInfo(first: 10) { number } } }"

REST_OF_PARCEL = f"""
query RestOfParcel($id: ID!, $after: String) {{
  fulfillment(id: $id) {{ fulfillmentLineItems(first: 100, after: $after) {{ {_CONTENTS} }} }}
}}"""

TO_SHIP = """
query ToShip($id: ID!, $after: String) {
  order(id: $id) {
    fulfillmentOrders(first: 8, after: $after) {
      nodes {
        id status
        assignedLocation { name location { id } }
        deliveryMethod { methodType }
        fulfillmentHolds { displayReason }
        supportedActions { action }
        lineItems(first: 50) { nodes { id remainingQuantity lineItem { id } } pageInfo { hasNextPage endCursor } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""

REST_TO_SHIP = """
query RestToShip($id: ID!, $after: String) {
  fulfillmentOrder(id: $id) {
    lineItems(first: 200, after: $after) {
      nodes { id remainingQuantity lineItem { id } }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""

SHIP = """
mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } }
}"""

RENUMBER = """
mutation Renumber($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id }
    userErrors { field message }
  }
}"""

TAKE_BACK = """
mutation TakeBack($id: ID!) {
  fulfillmentCancel(id: $id) { fulfillment { id } userErrors { field message } }
}"""

NOTE = """
mutation Note($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { id } userErrors { field message code } }
}"""

REFUNDED = f"query Refunded($id: ID!) {{ order(id: $id) {{ {SHIPPED} }} }}"

REFUNDS = 10
_REFUND = "id createdAt note totalRefundedSet { M }"
_BACK = "nodes { quantity restockType lineItem { id } } pageInfo { hasNextPage endCursor }"

RETURNS = f"""
query Returns($id: ID!) {{
  order(id: $id) {{
    refunds(first: {REFUNDS}) {{ {_REFUND} refundLineItems(first: 20) {{ {_BACK} }} }}
  }}
}}"""

REFUND_IDS = "query RefundIds($id: ID!) { order(id: $id) { refunds(first: 250) { id } } }"

REFUND = f"query Refund($id: ID!) {{ refund(id: $id) {{ {_REFUND} refundLineItems(first: 100) {{ {_BACK} }} }} }}"

REST_OF_REFUND = f"""
query RestOfRefund($id: ID!, $after: String) {{
  refund(id: $id) {{ refundLineItems(first: 100, after: $after) {{ {_BACK} }} }}
}}"""

CANCEL = """
mutation Cancel($id: ID!) {
  orderCancel(orderId: $id, reason: OTHER, restock: true, notifyCustomer: false) {
    job { id }
    userErrors: orderCancelUserErrors { field message code }
  }
}"""

STATE = "query State($id: ID!) { order(id: $id) { id name cancelledAt } }"

LOCATIONS = """
query Locations($after: String) {
  locations(first: 200, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } }
}"""

STOCK = """
query Stock($query: String!, $first: Int!, $after: String, $location: ID!) {
  productVariants(query: $query, first: $first, after: $after) {
    nodes {
      id sku
      inventoryItem {
        id tracked
        inventoryLevel(locationId: $location) { quantities(names: ["available"]) { quantity } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""

SET_STOCK = """
mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { field message code }
  }
}"""

VARIANTS = """
query Variants($query: String!, $first: Int!, $after: String) {
  productVariants(query: $query, first: $first, after: $after) {
    nodes { id sku price product { id title descriptionHtml } }
    pageInfo { hasNextPage endCursor }
  }
}"""

SET_PRODUCT = """
mutation SetProduct($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product { id }
    userErrors { field message code }
  }
}"""

SET_PRICES = """
mutation SetPrices($product: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $product, variants: $variants) {
    product { id }
    userErrors { field message code }
  }
}"""

SCOPES = "query Scopes { currentAppInstallation { accessScopes { handle } } shop { name myshopifyDomain } }"

HOOKS = """
query Hooks($after: String) {
  webhookSubscriptions(first: 100, after: $after) { nodes { id topic uri } pageInfo { hasNextPage endCursor } }
}"""

SUBSCRIBE = """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $hook: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $hook) {
    webhookSubscription { id }
    userErrors { field message }
  }
}"""


def in_money(query: str, money: str) -> str:
    """The query with its amounts in the shop's currency, or in the customer's; both under the name ``money``."""
    return query.replace("{ M }", f"{{ money: {MONEY[money]} {{ amount }} }}")


def searched(field: str, *values: str) -> str:
    """A search for any of these values; what would end the quotation is escaped."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return " OR ".join(f'{field}:"{value}"' for value in quoted)
