CREATE TABLE `endings` (
	`installation` text PRIMARY KEY NOT NULL,
	`shard` text NOT NULL,
	`jurisdiction` text NOT NULL,
	`asked_ms` integer NOT NULL,
	`asked_by` text NOT NULL,
	`asked_by_hash` text NOT NULL,
	`ends_ms` integer NOT NULL,
	`step` text NOT NULL,
	`step_ms` integer NOT NULL,
	`counts` text,
	`audit_head` text,
	`erased_ms` integer,
	`hash` text
) WITHOUT ROWID;
