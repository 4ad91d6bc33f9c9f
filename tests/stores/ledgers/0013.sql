BEGIN TRANSACTION;
CREATE TABLE ledger_accounts (
	connection VARCHAR NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	base_url TEXT NOT NULL, 
	created_at VARCHAR(27), 
	first_seen_at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_ledger_accounts PRIMARY KEY (connection)
);
INSERT INTO "ledger_accounts" VALUES('shop','12','Ann''s Tea','https://api.example','2026-01-05T08:30:00.123000Z','2026-01-31T09:30:00.000000Z');
CREATE TABLE ledger_acknowledged (
	connection VARCHAR NOT NULL,
	kind VARCHAR NOT NULL,
	"key" TEXT NOT NULL,
	value TEXT NOT NULL,
	at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_ledger_acknowledged PRIMARY KEY (connection, kind, "key")
);
INSERT INTO "ledger_acknowledged" VALUES('shop','stock','CUP','0','2026-01-31T09:40:00.000000Z');
INSERT INTO "ledger_acknowledged" VALUES('shop','stock','TEA','12','2026-01-31T09:40:00.000000Z');
CREATE TABLE ledger_alerts (
	id INTEGER NOT NULL,
	connection VARCHAR NOT NULL,
	"key" TEXT NOT NULL,
	severity VARCHAR NOT NULL,
	text TEXT NOT NULL,
	count INTEGER NOT NULL,
	opened_at VARCHAR(27) NOT NULL,
	last_seen_at VARCHAR(27) NOT NULL,
	closed_at VARCHAR(27),
	CONSTRAINT pk_ledger_alerts PRIMARY KEY (id)
);
INSERT INTO "ledger_alerts" VALUES(1,'shop','uncertain','error','1 order is not known to have arrived, the first since 2026-01-31 09:34 UTC; look in TradeGecko',1,'2026-01-31T09:55:00.000000Z','2026-01-31T09:55:00.000000Z','2026-01-31T10:55:00.000000Z');
INSERT INTO "ledger_alerts" VALUES(2,'shop','held unknown_sku','warning','1 order is held (unknown_sku), the first since 2026-01-31 09:33 UTC; the newest is 7',1,'2026-01-31T10:55:00.000000Z','2026-01-31T10:55:00.000000Z',NULL);
CREATE TABLE ledger_cursors (
	connection VARCHAR NOT NULL,
	stream VARCHAR NOT NULL,
	cursor TEXT NOT NULL,
	at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_ledger_cursors PRIMARY KEY (connection, stream)
);
INSERT INTO "ledger_cursors" VALUES('shop','orders','1','2026-01-31T09:37:00.000000Z');
INSERT INTO "ledger_cursors" VALUES('second-shop','orders','1','2026-01-31T09:30:05.000000Z');
INSERT INTO "ledger_cursors" VALUES('shop','shipments','2026-01-31T09:38:00Z','2026-01-31T09:39:00.000000Z');
CREATE TABLE ledger_events (
	id INTEGER NOT NULL,
	order_id INTEGER NOT NULL,
	at VARCHAR(27) NOT NULL,
	who TEXT NOT NULL,
	was VARCHAR,
	now VARCHAR NOT NULL,
	why TEXT NOT NULL, detail TEXT,
	CONSTRAINT pk_ledger_events PRIMARY KEY (id),
	CONSTRAINT fk_ledger_events_order_id FOREIGN KEY(order_id) REFERENCES ledger_orders (id)
);
INSERT INTO "ledger_events" VALUES(1,1,'2026-01-31T09:30:00.000000Z','intake',NULL,'pending','',NULL);
INSERT INTO "ledger_events" VALUES(2,2,'2026-01-31T09:30:00.000000Z','intake',NULL,'pending','',NULL);
INSERT INTO "ledger_events" VALUES(3,3,'2026-01-31T09:30:00.000000Z','intake',NULL,'pending','',NULL);
INSERT INTO "ledger_events" VALUES(4,4,'2026-01-31T09:30:00.000000Z','intake',NULL,'pending','',NULL);
INSERT INTO "ledger_events" VALUES(5,5,'2026-01-31T09:30:00.000000Z','intake',NULL,'pending','',NULL);
INSERT INTO "ledger_events" VALUES(6,6,'2026-01-31T09:30:00.000000Z','intake',NULL,'pending','',NULL);
INSERT INTO "ledger_events" VALUES(7,7,'2026-01-31T09:30:00.000000Z','intake',NULL,'held','line 3: no SKU',NULL);
INSERT INTO "ledger_events" VALUES(8,8,'2026-01-31T09:30:05.000000Z','intake',NULL,'pending','',NULL);
INSERT INTO "ledger_events" VALUES(9,1,'2026-01-31T09:32:00.000000Z','host:1','pending','sending','key 1',NULL);
INSERT INTO "ledger_events" VALUES(10,1,'2026-01-31T09:33:00.000000Z','host:1','sending','delivered','order id 901',NULL);
INSERT INTO "ledger_events" VALUES(11,2,'2026-01-31T09:33:00.000000Z','host:1','pending','held','no variant with SKU TEA',NULL);
INSERT INTO "ledger_events" VALUES(12,3,'2026-01-31T09:32:00.000000Z','host:1','pending','sending','key 1',NULL);
INSERT INTO "ledger_events" VALUES(13,3,'2026-01-31T09:34:00.000000Z','host:1','sending','uncertain','no answer',NULL);
INSERT INTO "ledger_events" VALUES(14,4,'2026-01-31T09:34:00.000000Z','host:1','pending','pending','429',NULL);
INSERT INTO "ledger_events" VALUES(15,5,'2026-01-31T09:35:00.000000Z','ann','pending','skipped','test order',NULL);
INSERT INTO "ledger_events" VALUES(16,1,'2026-01-31T09:37:00.000000Z','intake','delivered','delivered','changed at the source after it was sent',NULL);
INSERT INTO "ledger_events" VALUES(17,1,'2026-01-31T09:39:00.000000Z','host:1','delivered','delivered','shipment 71 sent: 1 unit, 1Z71, more to come; shipment 72 refused: unknown order',NULL);
INSERT INTO "ledger_events" VALUES(18,2,'2026-01-31T09:50:00.000000Z','host:2','held','sending','key',NULL);
INSERT INTO "ledger_events" VALUES(19,2,'2026-01-31T09:51:00.000000Z','host:2','sending','delivered','order id 902',NULL);
INSERT INTO "ledger_events" VALUES(20,8,'2026-01-31T11:00:00.000000Z','host:3','pending','held','SKU ''TEA'' is not in TradeGecko; create it there and the order goes out',NULL);
CREATE TABLE ledger_keys (
	name VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_ledger_keys PRIMARY KEY (name)
);
INSERT INTO "ledger_keys" VALUES('digests','09138604b76d22c99ead6418e615a5c2beb8f7f5650896202455970a3f00d0f7');
CREATE TABLE ledger_mirror_keys (
	account TEXT NOT NULL,
	kind VARCHAR NOT NULL,
	name VARCHAR NOT NULL,
	value TEXT NOT NULL,
	row_id VARCHAR NOT NULL,
	CONSTRAINT pk_ledger_mirror_keys PRIMARY KEY (account, kind, name, value, row_id)
);
INSERT INTO "ledger_mirror_keys" VALUES('http://127.0.0.1:8080 1','variants','sku','TEA','77');
INSERT INTO "ledger_mirror_keys" VALUES('http://127.0.0.1:8080 1','variants','sku','CUP','78');
CREATE TABLE ledger_mirror_rows (
	account TEXT NOT NULL,
	kind VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	stamp VARCHAR NOT NULL,
	content TEXT NOT NULL,
	CONSTRAINT pk_ledger_mirror_rows PRIMARY KEY (account, kind, id)
);
INSERT INTO "ledger_mirror_rows" VALUES('http://127.0.0.1:8080 1','variants','77','2026-01-31T09:00:00.000Z','{"keys":[["sku","TEA"]],"facts":{"sku":"TEA"}}');
INSERT INTO "ledger_mirror_rows" VALUES('http://127.0.0.1:8080 1','variants','78','2026-01-31T10:59:00Z','{"keys":[["sku","CUP"]],"facts":{"status":"active"}}');
CREATE TABLE ledger_mirrors (
	account TEXT NOT NULL,
	kind VARCHAR NOT NULL,
	cursor TEXT,
	complete BOOLEAN NOT NULL,
	at VARCHAR(27), added INTEGER DEFAULT '0' NOT NULL, changed INTEGER DEFAULT '0' NOT NULL,
	CONSTRAINT pk_ledger_mirrors PRIMARY KEY (account, kind)
);
INSERT INTO "ledger_mirrors" VALUES('http://127.0.0.1:8080 1','variants','2026-01-31T10:59:00+00:00 page 000001',1,'2026-01-31T11:00:00.000000Z',1,0);
CREATE TABLE ledger_new_customers (
	digest VARCHAR NOT NULL, 
	order_id INTEGER NOT NULL, 
	at VARCHAR(27) NOT NULL, 
	CONSTRAINT pk_ledger_new_customers PRIMARY KEY (digest, order_id), 
	CONSTRAINT fk_ledger_new_customers_order_id FOREIGN KEY(order_id) REFERENCES ledger_orders (id)
);
INSERT INTO "ledger_new_customers" VALUES('0f343b0931126a20f133d67c2b018a3b',1,'2026-01-31T09:33:00.000000Z');
CREATE TABLE ledger_orders (
	id INTEGER NOT NULL,
	connection VARCHAR NOT NULL,
	reference TEXT NOT NULL,
	number TEXT NOT NULL,
	state VARCHAR NOT NULL,
	content TEXT,
	newer TEXT,
	fingerprint VARCHAR NOT NULL,
	reason_code TEXT,
	reason_text TEXT,
	reason_passing BOOLEAN,
	remote_id TEXT,
	remote_number TEXT,
	line_ids TEXT NOT NULL,
	generation INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	sent_at VARCHAR(27),
	next_attempt_at VARCHAR(27),
	taken_in_at VARCHAR(27) NOT NULL,
	updated_at VARCHAR(27) NOT NULL,
	claim_worker TEXT,
	claim_until VARCHAR(27),
	serial INTEGER NOT NULL, todo VARCHAR DEFAULT '' NOT NULL, in_state_since VARCHAR(27), expired_at VARCHAR(27), names TEXT, basis VARCHAR,
	CONSTRAINT pk_ledger_orders PRIMARY KEY (id),
	CONSTRAINT uq_ledger_orders_connection_reference UNIQUE (connection, reference),
	CONSTRAINT uq_ledger_orders_connection_remote_id UNIQUE (connection, remote_id),
	CONSTRAINT ck_ledger_orders_state CHECK (state IN ('pending', 'sending', 'uncertain', 'delivered', 'shipped', 'confirmed', 'held', 'skipped', 'failed', 'canceled')),
	CONSTRAINT ck_ledger_orders_claim CHECK ((claim_worker IS NULL) = (claim_until IS NULL))
);
INSERT INTO "ledger_orders" VALUES(1,'shop','ref/Ü1','B-1001','delivered','{"reference":"ref/\u00dc1","number":"B-1001","placed_at":"2026-01-31T09:30:00+00:00","currency":"EUR","lines":[{"reference":"a","quantity":"2","price":"4.90","sku":"TEA","name":"Gr\u00fcner Tee, ''fein''"},{"reference":"b","quantity":"1","price":"12","sku":"CUP"}],"customer":{"email":"zoe1@example.com"},"shipping_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe1@example.com"},"billing_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe1@example.com"},"note":"Ring\ntwice","tags":["gift"],"cursor":"1"}',NULL,'dfa93db5882e4c261522d509a6d5fde9',NULL,NULL,NULL,'901','B-1001','{"a": "77", "b": "78"}',1,0,'2026-01-31T09:32:00.000000Z',NULL,'2026-01-31T09:30:00.000000Z','2026-01-31T09:39:00.000000Z',NULL,NULL,3,'','2026-01-31T09:33:00.000000Z',NULL,'b-1001
ref/ü1
b-1001
901',NULL);
INSERT INTO "ledger_orders" VALUES(2,'shop','ref/Ü2','B-1002','delivered','{"reference":"ref/\u00dc2","number":"B-1002","placed_at":"2026-01-31T09:30:00+00:00","currency":"EUR","lines":[{"reference":"a","quantity":"2","price":"4.90","sku":"TEA","name":"Gr\u00fcner Tee, ''fein''"},{"reference":"b","quantity":"1","price":"12","sku":"CUP"}],"customer":{"email":"zoe2@example.com"},"shipping_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe2@example.com"},"billing_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe2@example.com"},"note":"Ring\ntwice","tags":["gift"],"cursor":"2"}',NULL,'b5a0c5d668af8e287eb30506e263f837',NULL,NULL,NULL,'902','B-1002','{"a": "77", "b": "78"}',1,0,'2026-01-31T09:50:00.000000Z',NULL,'2026-01-31T09:30:00.000000Z','2026-01-31T09:51:00.000000Z',NULL,NULL,4,'invoice pay','2026-01-31T09:51:00.000000Z',NULL,'b-1002
ref/ü2
b-1002
902',NULL);
INSERT INTO "ledger_orders" VALUES(3,'shop','ref/Ü3','B-1003','uncertain','{"reference":"ref/\u00dc3","number":"B-1003","placed_at":"2026-01-31T09:30:00+00:00","currency":"EUR","lines":[{"reference":"a","quantity":"2","price":"4.90","sku":"TEA","name":"Gr\u00fcner Tee, ''fein''"},{"reference":"b","quantity":"1","price":"12","sku":"CUP"}],"customer":{"email":"zoe3@example.com"},"shipping_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe3@example.com"},"billing_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe3@example.com"},"note":"Ring\ntwice","tags":["gift"],"cursor":"3"}',NULL,'c24b22ae08ca77728721aea2d1762743','no_answer','the answer was lost',0,NULL,NULL,'{}',1,1,'2026-01-31T09:32:00.000000Z','2026-01-31T09:35:00.000000Z','2026-01-31T09:30:00.000000Z','2026-01-31T09:34:00.000000Z',NULL,NULL,2,'','2026-01-31T09:34:00.000000Z',NULL,'b-1003
ref/ü3

',NULL);
INSERT INTO "ledger_orders" VALUES(4,'shop','ref/Ü4','B-1004','pending','{"reference":"ref/\u00dc4","number":"B-1004","placed_at":"2026-01-31T09:30:00+00:00","currency":"EUR","lines":[{"reference":"a","quantity":"2","price":"4.90","sku":"TEA","name":"Gr\u00fcner Tee, ''fein''"},{"reference":"b","quantity":"1","price":"12","sku":"CUP"}],"customer":{"email":"zoe4@example.com"},"shipping_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe4@example.com"},"billing_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe4@example.com"},"note":"Ring\ntwice","tags":["gift"],"cursor":"4"}',NULL,'4cd35da5f716c53a132d8fd72a2084f5',NULL,NULL,NULL,NULL,NULL,'{}',0,1,NULL,'2026-01-31T09:36:00.000000Z','2026-01-31T09:30:00.000000Z','2026-01-31T09:34:00.000000Z',NULL,NULL,2,'','2026-01-31T09:30:00.000000Z',NULL,'b-1004
ref/ü4

',NULL);
INSERT INTO "ledger_orders" VALUES(5,'shop','ref/Ü5','B-1005','skipped','{"reference":"ref/\u00dc5","number":"B-1005","placed_at":"2026-01-31T09:30:00+00:00","currency":"EUR","lines":[{"reference":"a","quantity":"2","price":"4.90","sku":"TEA","name":"Gr\u00fcner Tee, ''fein''"},{"reference":"b","quantity":"1","price":"12","sku":"CUP"}],"customer":{"email":"zoe5@example.com"},"shipping_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe5@example.com"},"billing_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe5@example.com"},"note":"Ring\ntwice","tags":["gift"],"cursor":"5"}',NULL,'ebe7bbdd1ca2983d7c95033f5b969c94','by_hand','test order',0,NULL,NULL,'{}',0,0,NULL,NULL,'2026-01-31T09:30:00.000000Z','2026-01-31T09:35:00.000000Z',NULL,NULL,3,'','2026-01-31T09:35:00.000000Z',NULL,'b-1005
ref/ü5

',NULL);
INSERT INTO "ledger_orders" VALUES(6,'shop','ref/Ü6','B-1006','pending','{"reference":"ref/\u00dc6","number":"B-1006","placed_at":"2026-01-31T09:30:00+00:00","currency":"EUR","lines":[{"reference":"a","quantity":"2","price":"4.90","sku":"TEA","name":"Gr\u00fcner Tee, ''fein''"},{"reference":"b","quantity":"1","price":"12","sku":"CUP"}],"customer":{"email":"zoe6@example.com"},"shipping_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe6@example.com"},"billing_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe6@example.com"},"note":"Ring\ntwice","tags":["gift"],"cursor":"6"}',NULL,'4802e1457da13ba8857b8b0e447dd611',NULL,NULL,NULL,NULL,NULL,'{}',0,0,NULL,NULL,'2026-01-31T09:30:00.000000Z','2026-01-31T09:30:00.000000Z','host:1','2026-01-31T09:41:00.000000Z',1,'','2026-01-31T09:30:00.000000Z',NULL,'b-1006
ref/ü6

',NULL);
INSERT INTO "ledger_orders" VALUES(7,'shop','ref7','B-1007','held',NULL,NULL,'c23b4fba7425a3da09879718a597712e','unreadable','line 3: no SKU',0,NULL,NULL,'{}',0,0,NULL,NULL,'2026-01-31T09:30:00.000000Z','2026-01-31T09:30:00.000000Z',NULL,NULL,0,'','2026-01-31T09:30:00.000000Z',NULL,'b-1007
ref7

',NULL);
INSERT INTO "ledger_orders" VALUES(8,'second-shop','ref/Ü1','B-1001','held','{"reference":"ref/\u00dc1","number":"B-1001","placed_at":"2026-01-31T09:30:00+00:00","currency":"EUR","lines":[{"reference":"a","quantity":"2","price":"4.90","sku":"TEA","name":"Gr\u00fcner Tee, ''fein''"},{"reference":"b","quantity":"1","price":"12","sku":"CUP"}],"customer":{"email":"zoe1@example.com"},"shipping_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe1@example.com"},"billing_address":{"first_name":"Zo\u00eb","last_name":"Quist","address1":"Aleja 1","city":"Gniezno","postal_code":"62-200","country":"PL","phone":"600100200","email":"zoe1@example.com"},"note":"Ring\ntwice","tags":["gift"],"cursor":"1"}',NULL,'7de3e092ee64f795a9c0cea9e5589870','unknown_sku','SKU ''TEA'' is not in TradeGecko; create it there and the order goes out',1,NULL,NULL,'{}',0,0,NULL,'2026-01-31T12:00:00.000000Z','2026-01-31T09:30:05.000000Z','2026-01-31T11:00:00.000000Z',NULL,NULL,2,'','2026-01-31T11:00:00.000000Z',NULL,'b-1001
ref/ü1

','5f0c1f5a8c1d4e0f9a7b6c5d4e3f2a1b');
CREATE TABLE ledger_outbox (
	id INTEGER NOT NULL, 
	connection VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	content TEXT NOT NULL, 
	name TEXT NOT NULL, 
	gone BOOLEAN NOT NULL, 
	generation INTEGER NOT NULL, 
	told TEXT, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_attempt_at VARCHAR(27), 
	failing_since VARCHAR(27), 
	reason TEXT NOT NULL, 
	wanted_at VARCHAR(27) NOT NULL, 
	told_at VARCHAR(27), 
	CONSTRAINT pk_ledger_outbox PRIMARY KEY (id), 
	CONSTRAINT uq_ledger_outbox_connection_kind_key UNIQUE (connection, kind, "key"), 
	CONSTRAINT ck_ledger_outbox_state CHECK (state IN ('pending', 'telling', 'accepted', 'ignored', 'refused', 'failed'))
);
INSERT INTO "ledger_outbox" VALUES(1,'shop','stock','CUP','0','','',0,1,'0','accepted',0,NULL,NULL,'','2026-01-31T09:40:00.000000Z','2026-01-31T09:40:00.000000Z');
INSERT INTO "ledger_outbox" VALUES(2,'shop','stock','TEA','12','','',0,1,'12','accepted',0,NULL,NULL,'','2026-01-31T09:40:00.000000Z','2026-01-31T09:40:00.000000Z');
INSERT INTO "ledger_outbox" VALUES(3,'shop','products','77','abc','{"reference":"77","name":"Tea"}','Tea',0,3,'abb','pending',2,'2026-01-31T10:30:00.000000Z','2026-01-31T10:00:00.000000Z','busy','2026-01-31T09:59:00.000000Z','2026-01-31T10:00:00.000000Z');
CREATE TABLE ledger_permits (
	account TEXT NOT NULL,
	began_at VARCHAR(27) NOT NULL,
	taken INTEGER NOT NULL,
	others INTEGER NOT NULL,
	CONSTRAINT pk_ledger_permits PRIMARY KEY (account, began_at)
);
INSERT INTO "ledger_permits" VALUES('http://127.0.0.1:8080 0123456789abcdef','2026-01-31T09:30:00.000000Z',7,2);
INSERT INTO "ledger_permits" VALUES('http://127.0.0.1:8080 0123456789abcdef','2026-01-31T09:31:00.000000Z',3,0);
CREATE TABLE ledger_restores (
	backed_up_at VARCHAR(27) NOT NULL, 
	restored_at VARCHAR(27), 
	CONSTRAINT pk_ledger_restores PRIMARY KEY (backed_up_at)
);
INSERT INTO "ledger_restores" VALUES('2026-01-30T03:00:00.000000Z','2026-01-30T08:00:00.000000Z');
CREATE TABLE ledger_shipments (
	id INTEGER NOT NULL,
	connection VARCHAR NOT NULL,
	reference TEXT NOT NULL,
	order_id INTEGER NOT NULL,
	content TEXT NOT NULL,
	fingerprint VARCHAR NOT NULL,
	state VARCHAR NOT NULL,
	reason TEXT NOT NULL,
	attempts INTEGER NOT NULL,
	next_attempt_at VARCHAR(27),
	updated_at VARCHAR(27) NOT NULL,
	claim_worker TEXT,
	claim_until VARCHAR(27),
	serial INTEGER NOT NULL, failing_since VARCHAR(27),
	CONSTRAINT pk_ledger_shipments PRIMARY KEY (id),
	CONSTRAINT fk_ledger_shipments_order_id FOREIGN KEY(order_id) REFERENCES ledger_orders (id),
	CONSTRAINT uq_ledger_shipments_connection_reference UNIQUE (connection, reference),
	CONSTRAINT ck_ledger_shipments_state CHECK (state IN ('pending', 'sent', 'refused')),
	CONSTRAINT ck_ledger_shipments_claim CHECK ((claim_worker IS NULL) = (claim_until IS NULL))
);
INSERT INTO "ledger_shipments" VALUES(1,'shop','71',1,'{"reference":"71","order_reference":"ref/\u00dc1","order_number":"B-1001","items":[{"line_reference":"a","quantity":"1","sku":"TEA"}],"packages":[{"tracking_number":"1Z71"}],"carrier":"UPS","shipped_at":"2026-01-31T09:38:00+00:00"}','8735bd272f1644c8f3748fd60b7bbf92','sent','',1,NULL,'2026-01-31T09:39:00.000000Z',NULL,NULL,2,NULL);
INSERT INTO "ledger_shipments" VALUES(2,'shop','72',1,'{"reference":"72","order_reference":"ref/\u00dc1","order_number":"B-1001","items":[{"line_reference":"a","quantity":"1","sku":"TEA"}],"packages":[{"tracking_number":"1Z72"}],"carrier":"UPS","shipped_at":"2026-01-31T09:38:00+00:00"}','a7a0dfd1cd81e92ffe0de7891cc25f97','refused','unknown order',1,NULL,'2026-01-31T09:39:00.000000Z',NULL,NULL,2,NULL);
INSERT INTO "ledger_shipments" VALUES(3,'shop','73',1,'{"reference":"73","order_reference":"ref/\u00dc1","order_number":"B-1001","items":[{"line_reference":"a","quantity":"2","sku":"TEA"}],"packages":[{"tracking_number":"1Z73"}],"carrier":"UPS","shipped_at":"2026-01-31T09:38:00+00:00","completes_order":true}','4a769a61597149211c2aec3321780434','pending','',0,NULL,'2026-01-31T09:39:00.000000Z',NULL,NULL,0,'2026-01-31T10:00:00.000000Z');
CREATE TABLE ledger_streams (
	connection VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	worker TEXT NOT NULL, 
	until VARCHAR(27), 
	serial INTEGER NOT NULL, 
	CONSTRAINT pk_ledger_streams PRIMARY KEY (connection, kind)
);
INSERT INTO "ledger_streams" VALUES('shop','stock','ann:1',NULL,4);
CREATE TABLE ledger_tokens (
	name TEXT NOT NULL,
	generation INTEGER NOT NULL,
	serial INTEGER NOT NULL,
	content TEXT,
	CONSTRAINT pk_ledger_tokens PRIMARY KEY (name)
);
INSERT INTO "ledger_tokens" VALUES('default',1,1,'{"access_token":"access-1-0123456789abcdef","refresh_token":"refresh-1-0123456789abcdef","issued_at":"2026-01-31T09:30:00.123456+00:00","expires_at":"2026-01-31T11:30:00.123456+00:00","second_hand":false,"fingerprint":"988be7ec2db944cf4208be2e56595250","saved_at":"2026-01-31T09:30:00+00:00","lease":null,"note":null,"earlier":[]}');
INSERT INTO "ledger_tokens" VALUES('gone',1,2,NULL);
CREATE TABLE ledger_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT ledger_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "ledger_version" VALUES('0013');
CREATE INDEX ix_ledger_orders_connection_state_taken_in_at ON ledger_orders (connection, state, taken_in_at);
CREATE INDEX ix_ledger_orders_taken_in_at ON ledger_orders (taken_in_at);
CREATE INDEX ix_ledger_events_order_id ON ledger_events (order_id);
CREATE INDEX ix_ledger_shipments_connection_state ON ledger_shipments (connection, state);
CREATE INDEX ix_ledger_shipments_order_id ON ledger_shipments (order_id);
CREATE INDEX ix_ledger_orders_remote_number ON ledger_orders (remote_number);
CREATE INDEX ix_ledger_mirror_keys_account_kind_row_id ON ledger_mirror_keys (account, kind, row_id);
CREATE INDEX ix_ledger_orders_state_taken_in_at ON ledger_orders (state, taken_in_at);
CREATE INDEX ix_ledger_orders_connection_taken_in_at ON ledger_orders (connection, taken_in_at);
CREATE INDEX ix_ledger_orders_search ON ledger_orders (connection, state, reason_code, reason_passing, in_state_since, taken_in_at, names);
CREATE INDEX ix_ledger_orders_open ON ledger_orders (connection, taken_in_at) WHERE (state IN ('pending', 'sending', 'uncertain', 'held') OR todo <> '');
CREATE INDEX ix_ledger_orders_unexpired ON ledger_orders (connection, state, in_state_since) WHERE expired_at IS NULL;
CREATE INDEX ix_ledger_alerts_connection_opened_at ON ledger_alerts (connection, opened_at);
CREATE UNIQUE INDEX uq_ledger_alerts_open ON ledger_alerts (connection, "key") WHERE closed_at IS NULL;
CREATE INDEX ix_ledger_orders_number ON ledger_orders (number);
CREATE INDEX ix_ledger_orders_reference ON ledger_orders (reference);
CREATE INDEX ix_ledger_shipments_connection_updated_at ON ledger_shipments (connection, updated_at);
CREATE INDEX ix_ledger_orders_held ON ledger_orders (connection, reason_code, basis) WHERE state = 'held';
CREATE INDEX ix_ledger_new_customers_at ON ledger_new_customers (at);
CREATE INDEX ix_ledger_new_customers_order_id ON ledger_new_customers (order_id);
CREATE INDEX ix_ledger_shipments_failing ON ledger_shipments (connection, state, failing_since) WHERE failing_since IS NOT NULL;
CREATE INDEX ix_ledger_outbox_connection_kind_id ON ledger_outbox (connection, kind, id);
CREATE INDEX ix_ledger_outbox_to_tell ON ledger_outbox (connection, kind, state, id) WHERE state IN ('pending', 'telling');
CREATE INDEX ix_ledger_outbox_troubled ON ledger_outbox (connection, kind, state) WHERE state <> 'accepted';
COMMIT;
