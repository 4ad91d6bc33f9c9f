# ruff: noqa: E501 (header rows stay as they are found)
"""Exports as shops write them: header rows as they are found in public, people and figures invented.

Every one is of the same sale as far as its columns go: two blue mugs at 19.99 and a tee at 25.00, for
Ann Lee in Toronto.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

Rows = Sequence[Mapping[str, str]]


def table(header: str, rows: Rows, delimiter: str = ",", below: str = "") -> str:
    """A table with this header row; what a row does not name is blank."""
    names = next(csv.reader([header], delimiter=delimiter))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, delimiter=delimiter, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue() + below


SHOPIFY: Final = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,"
    "Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,"
    "Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,"
    "Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,Receipt Number,Duties,"
    "Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References"
)
SHOPIFY_2016: Final = SHOPIFY.partition(",Id,")[0]
"""Before orders had their id, tags and so on in it."""
_SHOPIFY_ROWS: Final[Rows] = (
    {
        "Name": "#2001", "Email": "ann@example.com", "Financial Status": "paid", "Fulfillment Status": "unfulfilled",
        "Currency": "CAD", "Subtotal": "64.98", "Shipping": "12.50", "Taxes": "10.07", "Total": "87.55",
        "Discount Amount": "0.00", "Shipping Method": "Expedited", "Created at": "2026-01-31 09:30:00 -0500",
        "Lineitem quantity": "2", "Lineitem name": "Mug", "Lineitem price": "19.99", "Lineitem sku": "MUG-BLUE",
        "Lineitem requires shipping": "true", "Shipping Name": "Ann Lee", "Shipping Address1": "1 King St W",
        "Shipping City": "Toronto", "Shipping Zip": "'M5H 1A1", "Shipping Province": "ON", "Shipping Country": "CA",
        "Billing Name": "Ann Lee", "Billing Address1": "1 King St W", "Billing Phone": "'+14165550100", "Notes": "Ring twice.\nThen wait.",
    },
    {
        "Name": "#2001", "Email": "ann@example.com", "Created at": "2026-01-31 09:30:00 -0500",
        "Lineitem quantity": "1", "Lineitem name": "Tee", "Lineitem price": "25.00", "Lineitem sku": "TEE-M",
        "Lineitem requires shipping": "true",
    },
)  # fmt: skip
SQUARESPACE: Final = (
    "Order ID,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,"
    "Amount Refunded,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem sku,Lineitem variant,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Address1,Billing Address2,Billing City,Billing Zip,Billing Province,Billing Country,"
    "Billing Phone,Shipping Name,Shipping Address1,Shipping Address2,Shipping City,Shipping Zip,Shipping Province,"
    "Shipping Country,Shipping Phone,Cancelled at,Private Notes,Payment Method,Payment Reference"
)
ETSY: Final = (
    "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Coupon Details,Discount Amount,Shipping Discount,"
    "Order Shipping,Order Sales Tax,Item Total,Currency,Transaction ID,Listing ID,Date Paid,Date Shipped,Ship Name,"
    "Ship Address1,Ship Address2,Ship City,Ship State,Ship Zipcode,Ship Country,Order ID,Variations,Order Type,"
    "Listings Type,Payment Type,InPerson Discount,InPerson Location,VAT Paid by Buyer,SKU"
)
ETSY_ORDERS: Final = (
    "Sale Date,Order ID,Buyer User ID,Full Name,First Name,Last Name,Number of Items,Payment Method,Date Shipped,"
    "Street 1,Street 2,Ship City,Ship State,Ship Zipcode,Ship Country,Currency,Order Value,Coupon Code,Coupon Details,"
    "Discount Amount,Shipping Discount,Shipping,Sales Tax,Order Total,Status,Card Processing Fees,Order Net,"
    "Adjusted Order Total,Adjusted Card Processing Fees,Adjusted Net Order Amount,Buyer,Order Type,Payment Type,SKU"
)
EBAY: Final = (
    "Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,Buyer Note,Buyer Address 1,Buyer Address 2,"
    "Buyer City,Buyer State,Buyer Zip,Buyer Country,Ship To Name,Ship To Phone,Ship To Address 1,Ship To Address 2,"
    "Ship To City,Ship To State,Ship To Zip,Ship To Country,Item Number,Item Title,Custom Label,"
    "Sold Via Promoted Listings,Quantity,Sold For,Shipping And Handling,Item Location,Tax Status,Seller Collected Tax,"
    "eBay Collected Tax,Total Price,eBay Collected Tax and Fees Included in Total,Payment Method,Sale Date,Paid On Date,"
    "Ship By Date,Shipped On Date,Feedback Left,My Item Note,PayPal Transaction ID,Shipping Service,Tracking Number,"
    "Transaction ID,Variation Details,Global Shipping Program"
)
AMAZON: Final = (
    "order-id\torder-item-id\tpurchase-date\tpayments-date\tbuyer-email\tbuyer-name\tbuyer-phone-number\tsku\t"
    "product-name\tquantity-purchased\tcurrency\titem-price\titem-tax\tshipping-price\tshipping-tax\tship-service-level\t"
    "recipient-name\tship-address-1\tship-address-2\tship-address-3\tship-city\tship-state\tship-postal-code\t"
    "ship-country\tship-phone-number\tdelivery-start-date\tdelivery-end-date\tdelivery-time-zone\tsales-channel"
)
AMAZON_UNSHIPPED: Final = (
    "order-id\torder-item-id\tpurchase-date\tpayments-date\treporting-date\tpromise-date\tdays-past-promise\tbuyer-email\t"
    "buyer-name\tbuyer-phone-number\tsku\tproduct-name\tquantity-purchased\tquantity-shipped\tquantity-to-ship\t"
    "ship-service-level\trecipient-name\tship-address-1\tship-address-2\tship-address-3\tship-city\tship-state\t"
    "ship-postal-code\tship-country\tis-business-order\tpurchase-order-number\tprice-designation"
)
AMAZON_FULFILLED: Final = (
    "amazon-order-id\tmerchant-order-id\tshipment-id\tshipment-item-id\tamazon-order-item-id\tmerchant-order-item-id\t"
    "purchase-date\tpayments-date\tshipment-date\treporting-date\tbuyer-email\tbuyer-name\tbuyer-phone-number\tsku\t"
    "product-name\tquantity-shipped\tcurrency\titem-price\titem-tax\tshipping-price\tshipping-tax\tgift-wrap-price\t"
    "gift-wrap-tax\tship-service-level\trecipient-name\tship-address-1\tship-address-2\tship-address-3\tship-city\t"
    "ship-state\tship-postal-code\tship-country\tship-phone-number\tbill-address-1\tbill-address-2\tbill-address-3\t"
    "bill-city\tbill-state\tbill-postal-code\tbill-country\titem-promotion-discount\tship-promotion-discount\tcarrier\t"
    "tracking-number\testimated-arrival-date\tfulfillment-center-id\tfulfillment-channel\tsales-channel"
)
ALGOLPLUS: Final = (
    "Order Number;Order Status;Order Date;Customer Note;First Name (Billing);Last Name (Billing);Company (Billing);"
    "Address 1&2 (Billing);City (Billing);State Code (Billing);Postcode (Billing);Country Code (Billing);"
    "Email (Billing);Phone (Billing);First Name (Shipping);Last Name (Shipping);Address 1&2 (Shipping);"
    "City (Shipping);State Code (Shipping);Postcode (Shipping);Country Code (Shipping);Payment Method Title;"
    "Cart Discount Amount;Order Subtotal Amount;Shipping Method Title;Order Shipping Amount;Order Refund Amount;"
    "Order Total Amount;Order Total Tax Amount;SKU;Item #;Item Name;Quantity (- Refund);Item Cost;Coupon Code;"
    "Discount Amount;Discount Amount Tax"
)
WEBTOFFEE: Final = (
    "order_id,order_number,order_date,paid_date,status,shipping_total,shipping_tax_total,fee_total,fee_tax_total,"
    "tax_total,cart_discount,order_discount,discount_total,order_total,order_subtotal,order_currency,payment_method,"
    "payment_method_title,transaction_id,customer_ip_address,customer_user_agent,shipping_method,customer_id,"
    "customer_user,customer_email,billing_first_name,billing_last_name,billing_company,billing_email,billing_phone,"
    "billing_address_1,billing_address_2,billing_postcode,billing_city,billing_state,billing_country,"
    "shipping_first_name,shipping_last_name,shipping_company,shipping_phone,shipping_address_1,shipping_address_2,"
    "shipping_postcode,shipping_city,shipping_state,shipping_country,customer_note,wt_import_key,shipping_items,"
    "fee_items,tax_items,coupon_items,refund_items,order_notes,download_permissions"
)
_SQUARE: Final = (
    "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,Gross Sales,Discounts,Net Sales,Tax,"
    "Transaction ID,Payment ID,Device Name,Notes,Details,Event Type,Location,Dining Option,Customer ID,Customer Name,"
    "Customer Reference ID,Unit,Count,Itemization Type,Commission,Employee"
)
BIGCOMMERCE: Final = (
    "Order ID,Customer ID,Customer Name,Customer Email,Customer Phone,Order Date,Order Time,Order Status,Subtotal (inc tax),"
    "Subtotal (ex tax),Tax Total,Shipping Cost (inc tax),Shipping Cost (ex tax),Ship Method,Order Total (inc tax),"
    "Order Total (ex tax),Payment Method,Total Quantity,Total Shipped,Date Shipped,Order Currency Code,Exchange Rate,"
    "Order Notes,Customer Message,Billing First Name,Billing Last Name,Billing Company,Billing Street 1,"
    "Billing Street 2,Billing Suburb,Billing State,Billing Zip,Billing Country,Shipping First Name,Shipping Last Name,"
    "Shipping Company,Shipping Street 1,Shipping Street 2,Shipping Suburb,Shipping State,Shipping Zip,Shipping Country,"
    "Product Details,Coupon Details"
)
MAGENTO: Final = (
    "Order Number,Order Date,Order Status,Order Purchased From,Order Payment Method,Credit Card Type,"
    "Order Shipping Method,Order Subtotal,Order Tax,Order Shipping,Order Discount,Order Grand Total,"
    "Order Base Grand Total,Order Paid,Order Refunded,Order Due,Total Qty Items Ordered,Customer Name,Customer Email,"
    "Shipping Name,Shipping Company,Shipping Street,Shipping Zip,Shipping City,Shipping State,Shipping State Name,"
    "Shipping Country,Shipping Country Name,Shipping Phone Number,Billing Name,Billing Company,Billing Street,"
    "Billing Zip,Billing City,Billing State,Billing State Name,Billing Country,Billing Country Name,"
    "Billing Phone Number,Order Item Increment,Item Name,Item Status,Item SKU,Item Options,Item Original Price,"
    "Item Price,Item Qty Ordered,Item Qty Invoiced,Item Qty Shipped,Item Qty Canceled,Item Qty Refunded,Item Tax,"
    "Item Discount,Item Total"
)
MAGENTO_GRID: Final = (
    "ID,Purchase Point,Purchase Date,Bill-to Name,Ship-to Name,Grand Total (Base),Grand Total (Purchased),Status,"
    "Billing Address,Shipping Address,Shipping Information,Customer Email,Customer Group,Subtotal,"
    "Shipping and Handling,Customer Name,Payment Method,Total Refunded,Allocated sources"
)
SHIPSTATION: Final = (
    "Date - Order Date,Date - Paid Date,Date - Shipped Date,Order - Number,Order - Status,Customer Email,"
    "Ship To - Name,Ship To - Company,Ship To - Address 1,Ship To - Address 2,Ship To - Address 3,Ship To - City,"
    "Ship To - State,Ship To - Postal Code,Ship To - Country,Ship To - Phone,Item - SKU,Item - Name,Item - Qty,"
    "Item - Price,Amount - Order Total,Amount - Order Tax,Amount - Order Shipping,Market - Store Name,"
    "Notes - From Buyer,Order - Tags"
)
CARTROVER: Final = (
    "Cust-ref,Ship code,Company,first-name,last-name,address-1,address-2,city,state,zip,country,phone,E-mail,"
    "Order-date,Item,Quantity"
)


def _twice(common: Mapping[str, str], first: Mapping[str, str], second: Mapping[str, str]) -> Rows:
    return ({**common, **first}, {**common, **second})


ETSY_ROWS: Final = _twice(
    {"Sale Date": "01/31/26", "Buyer": "annlee", "Order Shipping": "12.50", "Order Sales Tax": "10.07",
     "Currency": "CAD", "Date Paid": "01/31/26", "Ship Name": "Ann Lee", "Ship Address1": "1 King St W",
     "Ship City": "Toronto", "Ship State": "ON", "Ship Zipcode": "M5H 1A1", "Ship Country": "Canada",
     "Order ID": "2001", "Discount Amount": "0"},
    {"Item Name": "Mug", "Quantity": "2", "Price": "19.99", "SKU": "MUG-BLUE", "Transaction ID": "41"},
    {"Item Name": "Tee", "Quantity": "1", "Price": "25.00", "SKU": "TEE-M", "Transaction ID": "42",
     "Variations": "Size: M"},
)  # fmt: skip
_EBAY_COMMON: Final = {
    "Order Number": "2001", "Buyer Username": "ann_l", "Buyer Email": "0a1b@members.ebay.com", "Sale Date": "Jan-31-26",
    "Paid On Date": "Jan-31-26", "Shipping Service": "Expedited",
}  # fmt: skip
EBAY_ROWS: Final[Rows] = (
    {**_EBAY_COMMON, "Ship To Name": "Ann Lee", "Ship To Address 1": "1 King St W", "Ship To City": "Toronto",
     "Ship To State": "ON", "Ship To Zip": "M5H 1A1", "Ship To Country": "Canada", "Quantity": "3",
     "Sold For": "$64.98", "Shipping And Handling": "$12.50", "Seller Collected Tax": "$10.07",
     "Total Price": "$87.55"},
    {**_EBAY_COMMON, "Item Number": "1", "Item Title": "Mug", "Custom Label": "MUG-BLUE", "Quantity": "2",
     "Sold For": "$19.99", "Shipping And Handling": "$12.50"},
    {**_EBAY_COMMON, "Item Number": "2", "Item Title": "Tee", "Custom Label": "TEE-M", "Quantity": "1",
     "Sold For": "$25.00", "Shipping And Handling": "$0.00", "Variation Details": "[Size:M]"},
)  # fmt: skip
_AMAZON_COMMON: Final = {
    "order-id": "2001", "amazon-order-id": "2001", "purchase-date": "2026-01-31T09:30:00-05:00",
    "payments-date": "2026-01-31T09:31:00-05:00", "buyer-email": "q1@marketplace.amazon.ca", "buyer-name": "Ann Lee",
    "currency": "CAD", "ship-service-level": "Expedited", "recipient-name": "Ann Lee", "ship-address-1": "1 King St W",
    "ship-city": "Toronto", "ship-state": "ON", "ship-postal-code": "M5H 1A1", "ship-country": "CA",
}  # fmt: skip


def amazon(header: str, quantity: str) -> str:
    names = header.split("\t")
    rows = _twice(
        _AMAZON_COMMON,
        {"order-item-id": "1", "shipment-item-id": "1", "sku": "MUG-BLUE", "product-name": 'Mug 4" tall', quantity: "2",
         "item-price": "39.98", "item-tax": "5.20", "shipping-price": "12.50", "shipping-tax": "1.62"},
        {"order-item-id": "2", "shipment-item-id": "2", "sku": "TEE-M", "product-name": "Tee", quantity: "1",
         "item-price": "25.00", "item-tax": "3.25", "shipping-price": "0.00", "shipping-tax": "0.00"},
    )  # fmt: skip
    lines = ["\t".join(row.get(name, "") for name in names) for row in rows]
    return "\n".join([header, *lines, ""])


_WEBTOFFEE_ROW: Final = {
    "order_id": "77", "order_number": "2001", "order_date": "2026-01-31 09:30:00", "paid_date": "2026-01-31 09:31:00",
    "status": "processing", "shipping_total": "12.50", "tax_total": "10.07", "order_total": "87.55",
    "order_currency": "CAD", "customer_id": "0", "billing_first_name": "Ann", "billing_last_name": "Lee",
    "billing_email": "ann@example.com", "billing_address_1": "1 King St W", "shipping_first_name": "Ann", "shipping_last_name": "Lee",
    "shipping_address_1": "1 King St W", "shipping_city": "Toronto", "shipping_state": "ON",
    "shipping_postcode": "M5H 1A1", "shipping_country": "CA", "shipping_method": "Expedited",
}  # fmt: skip
_ADDRESS: Final = {
    "first_name": "Ann", "last_name": "Lee", "address1": "1 King St W", "address2": None, "city": "Toronto",
    "province": "Ontario", "province_code": "ON", "zip": "M5H 1A1", "country": "Canada", "country_code": "CA",
    "phone": None, "company": None,
}  # fmt: skip
SHOPIFY_ORDER: Final[Mapping[str, Any]] = {
    "id": 450789469, "name": "2001", "email": "ann@example.com", "created_at": "2026-01-31T09:30:00-05:00",
    "cancelled_at": None, "currency": "CAD", "financial_status": "paid", "fulfillment_status": None, "note": None,
    "tags": "vip, gift", "taxes_included": False, "total_discounts": "0.00", "total_price": "87.55",
    "total_tax": "10.07", "subtotal_price": "64.98", "customer": {"id": 7, "first_name": "Ann", "last_name": "Lee"},
    "shipping_address": _ADDRESS, "billing_address": _ADDRESS, "payment_gateway_names": ["shopify_payments"],
    "shipping_lines": [{"title": "Expedited", "code": "EXP", "price": "12.50",
                        "tax_lines": [{"price": "1.62", "rate": 0.13}]}],
    "line_items": [
        {"id": 1, "sku": "MUG-BLUE", "name": "Mug", "quantity": 2, "price": "19.99", "requires_shipping": True,
         "tax_lines": [{"price": "5.20", "rate": 0.13}]},
        {"id": 2, "sku": "TEE-M", "name": "Tee", "quantity": 1, "price": "25.00", "requires_shipping": True,
         "tax_lines": [{"price": "2.00", "rate": 0.08}, {"price": "1.25", "rate": 0.05}]},
    ],
}  # fmt: skip
_WOO_ADDRESS: Final = {
    "first_name": "Ann", "last_name": "Lee", "company": "", "address_1": "1 King St W", "address_2": "",
    "city": "Toronto", "state": "ON", "postcode": "M5H 1A1", "country": "CA", "phone": "",
}  # fmt: skip
WOO_ORDER: Final[Mapping[str, Any]] = {
    "id": 727, "number": "2001", "order_key": "wc_order_x", "status": "processing", "currency": "CAD",
    "date_created": "2026-01-31T09:30:00", "date_created_gmt": "2026-01-31T14:30:00", "discount_total": "0.00",
    "shipping_total": "12.50", "shipping_tax": "1.62", "total": "87.55", "total_tax": "10.07", "customer_id": 0,
    "prices_include_tax": False, "billing": {**_WOO_ADDRESS, "email": "ann@example.com"}, "shipping": _WOO_ADDRESS,
    "payment_method_title": "Card", "date_paid_gmt": "2026-01-31T14:31:00", "customer_note": "",
    "line_items": [
        {"id": 315, "name": "Mug", "quantity": 2, "subtotal": "39.98", "total": "39.98", "total_tax": "5.20",
         "sku": "MUG-BLUE", "price": 19.99},
        {"id": 316, "name": "Tee", "quantity": 1, "subtotal": "25.00", "total": "25.00", "total_tax": "3.25",
         "sku": "TEE-M", "price": 25},
    ],
    "shipping_lines": [{"id": 317, "method_title": "Expedited", "method_id": "flat_rate", "total": "12.50"}],
    "fee_lines": [],
}  # fmt: skip

FILES: Final[Mapping[str, tuple[str, str]]] = {
    "shopify": ("a.csv", table(SHOPIFY, [{**row, "Id": "9001"} if row is _SHOPIFY_ROWS[0] else row for row in _SHOPIFY_ROWS])),
    "shopify 2016": ("a.csv", table(SHOPIFY_2016, _SHOPIFY_ROWS)),
    "shopify-json": ("a.json", json.dumps(SHOPIFY_ORDER)),
    "shopify-json list": ("a.json", json.dumps({"orders": [SHOPIFY_ORDER]})),
    "shopify-json single": ("a.json", json.dumps({"order": SHOPIFY_ORDER})),
    "woocommerce-json": ("a.json", json.dumps([WOO_ORDER])),
    "squarespace": ("a.csv", table(SQUARESPACE, [
        {**{name: text for name, text in row.items() if name in SQUARESPACE.split(",")}, "Order ID": "2001",
         "Created at": "2026/01/31 09:30"} for row in _SHOPIFY_ROWS])),
    "etsy": ("a.csv", table(ETSY, ETSY_ROWS)),
    "ebay": ("a.csv", "\n" + table(EBAY, EBAY_ROWS, below="2,record(s) downloaded\nSeller ID : a-shop\n")),
    "amazon": ("a.txt", amazon(AMAZON, "quantity-purchased")),
    "amazon fulfilled": ("a.txt", amazon(AMAZON_FULFILLED, "quantity-shipped")),
    "woocommerce-algolplus": ("a.csv", table(ALGOLPLUS, _twice(
        {"Order Number": "2001", "Order Status": "Processing", "Order Date": "31.01.2026 09:30",
         "First Name (Billing)": "Ann", "Last Name (Billing)": "Lee", "Email (Billing)": "ann@example.com", "Address 1&2 (Billing)": "1 King St W",
         "First Name (Shipping)": "Ann", "Last Name (Shipping)": "Lee", "Address 1&2 (Shipping)": "1 King St W",
         "City (Shipping)": "Toronto", "State Code (Shipping)": "ON", "Postcode (Shipping)": "M5H 1A1",
         "Country Code (Shipping)": "CA", "Cart Discount Amount": "0", "Shipping Method Title": "Expedited",
         "Order Shipping Amount": "12,50", "Order Total Amount": "87,55", "Order Total Tax Amount": "10,07"},
        {"SKU": "MUG-BLUE", "Item #": "1", "Item Name": "Mug", "Quantity (- Refund)": "2", "Item Cost": "19,99"},
        {"SKU": "TEE-M", "Item #": "2", "Item Name": "Tee", "Quantity (- Refund)": "1", "Item Cost": "25,00"},
    ), ";")),
    "woocommerce-webtoffee": ("a.csv", table(f"{WEBTOFFEE},line_item_1,line_item_2", [{
        **_WEBTOFFEE_ROW,
        "line_item_1": "name:Mug: blue|product_id:1|sku:MUG-BLUE|quantity:2|total:39.98|sub_total:39.98",
        "line_item_2": "name:Tee|product_id:2|sku:TEE-M|quantity:1|total:25.00|sub_total:25.00"}])),
    "woocommerce-webtoffee columns": ("a.csv", table(
        WEBTOFFEE + "".join(f",Product Item {n} {what}" for n in (1, 2, 3) for what in ("Name", "SKU", "Quantity", "Total")),
        [{**_WEBTOFFEE_ROW, "Product Item 1 Name": "Mug", "Product Item 1 SKU": "MUG-BLUE",
          "Product Item 1 Quantity": "2", "Product Item 1 Total": "39.98", "Product Item 2 Name": "Tee",
          "Product Item 2 SKU": "TEE-M", "Product Item 2 Quantity": "1", "Product Item 2 Total": "25.00"}])),
    "square": ("a.csv", table(_SQUARE, [
        {"Date": "2026-01-31", "Time": "09:30:00", "Time Zone": "Eastern Time (US & Canada)", "Item": "Mug",
         "Qty": "2.0", "SKU": "MUG-BLUE", "Gross Sales": "$39.98", "Discounts": "$0.00", "Tax": "$5.20",
         "Transaction ID": "2001", "Event Type": "Payment", "Customer Name": "Ann Lee"},
        {"Date": "2026-01-31", "Time": "09:30:00", "Time Zone": "Eastern Time (US & Canada)", "Item": "Tee",
         "Qty": "1.0", "SKU": "TEE-M", "Gross Sales": "$25.00", "Discounts": "$0.00", "Tax": "$3.25",
         "Transaction ID": "2001", "Event Type": "Payment", "Customer Name": "Ann Lee"},
        {"Date": "2026-02-01", "Time": "10:00:00", "Time Zone": "Eastern Time (US & Canada)", "Item": "Mug",
         "Qty": "-1.0", "SKU": "MUG-BLUE", "Gross Sales": "-$19.99", "Transaction ID": "2002",
         "Event Type": "Refund"}])),
    "bigcommerce": ("a.csv", table(BIGCOMMERCE, [{
        "Order ID": "2001", "Customer ID": "0", "Customer Name": "Ann Lee", "Customer Email": "ann@example.com",
        "Order Date": "31/01/2026", "Order Time": "09:30:00", "Order Status": "Awaiting Fulfillment", "Tax Total": "10.07",
        "Shipping Cost (ex tax)": "12.50", "Ship Method": "Expedited", "Order Total (inc tax)": "87.55",
        "Order Currency Code": "CAD", "Shipping First Name": "Ann", "Shipping Last Name": "Lee",
        "Shipping Street 1": "1 King St W", "Shipping Suburb": "Toronto", "Shipping State": "Ontario",
        "Shipping Zip": "M5H 1A1", "Shipping Country": "Canada",
        "Product Details": "Product ID: 1, Product Qty: 2, Product SKU: MUG-BLUE, Product Name: Mug, blue, Product Weight: 1,"
        " Product Variation Details: , Product Unit Price: 19.99, Product Total Price: 39.98"
        "|Product ID: 2, Product Qty: 1, Product SKU: TEE-M, Product Name: Tee, Product Weight: 1,"
        " Product Variation Details: Size: M, Product Unit Price: 25.00, Product Total Price: 25.00"}])),
    "magento": ("a.csv", table(MAGENTO, _twice(
        {"Order Number": "2001", "Order Date": "Jan 31, 2026 9:30:00 AM", "Order Status": "processing",
         "Order Shipping Method": "Expedited", "Order Subtotal": "64.98", "Order Tax": "10.07",
         "Order Shipping": "12.50", "Order Discount": "0.00", "Order Grand Total": "87.55", "Customer Name": "Ann Lee",
         "Customer Email": "ann@example.com", "Shipping Name": "Ann Lee", "Shipping Street": "1 King St W",
         "Shipping Zip": "M5H 1A1", "Shipping City": "Toronto", "Shipping State": "ON", "Shipping Country": "CA"},
        {"Item SKU": "MUG-BLUE", "Item Name": "Mug", "Item Price": "19.99", "Item Qty Ordered": "2.0000"},
        {"Item SKU": "TEE-M", "Item Name": "Tee", "Item Price": "25.00", "Item Qty Ordered": "1.0000"}))),
    "shipstation": ("a.csv", table(SHIPSTATION, _twice(
        {"Date - Order Date": "1/31/2026 9:30:00 AM", "Date - Paid Date": "1/31/2026", "Order - Number": "2001",
         "Order - Status": "Awaiting Shipment", "Customer Email": "ann@example.com", "Ship To - Name": "Ann Lee",
         "Ship To - Address 1": "1 King St W", "Ship To - City": "Toronto", "Ship To - State": "ON",
         "Ship To - Postal Code": "M5H 1A1", "Ship To - Country": "CA", "Amount - Order Total": "87.55",
         "Amount - Order Tax": "10.07", "Amount - Order Shipping": "12.50"},
        {"Item - SKU": "MUG-BLUE", "Item - Name": "Mug", "Item - Qty": "2", "Item - Price": "19.99"},
        {"Item - SKU": "TEE-M", "Item - Name": "Tee", "Item - Qty": "1", "Item - Price": "25.00"}))),
    "cartrover": ("a.csv", table(CARTROVER, _twice(
        {"Cust-ref": "2001", "Ship code": "UPSGROUND", "first-name": "Ann", "last-name": "Lee",
         "address-1": "1 King St W", "city": "Toronto", "state": "ON", "zip": "M5H 1A1", "country": "CA",
         "phone": "4165550100", "E-mail": "ann@example.com", "Order-date": "01/31/26"},
        {"Item": "MUG-BLUE", "Quantity": "2"}, {"Item": "TEE-M", "Quantity": "1"}))),
}  # fmt: skip
"""By preset (and what else there is of it): the name and the text of a file with the one order 2001."""
LOCAL: Final = (
    "bigcommerce",
    "squarespace",
    "woocommerce-algolplus",
    "woocommerce-webtoffee",
    "magento",
    "shipstation",
)
"""Presets whose times have no zone."""
DAYS: Final = ("etsy", "ebay", "cartrover")
"""Presets that know only the day."""
