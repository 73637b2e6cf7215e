CREATE TABLE `audit` (
	`installation` text NOT NULL,
	`seq` integer NOT NULL,
	`by` text NOT NULL,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`detail` text NOT NULL,
	`at_ms` integer NOT NULL,
	`previous` text NOT NULL,
	`hash` text NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_hash` ON `audit` (`installation`,`hash`);--> statement-breakpoint
CREATE TABLE `billed_lines` (
	`installation` text NOT NULL,
	`source` text NOT NULL,
	`invoice` text NOT NULL,
	`line` text NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `source`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `connections` (
	`installation` text NOT NULL,
	`id` text NOT NULL,
	`system` text NOT NULL,
	`roles` text NOT NULL,
	`account` text NOT NULL,
	`environment` text NOT NULL,
	`settings` text NOT NULL,
	`state` text NOT NULL,
	`fault` text,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `entity_versions` (
	`installation` text NOT NULL,
	`entity` text NOT NULL,
	`version` integer NOT NULL,
	`kind` text NOT NULL,
	`canonical` text NOT NULL,
	`provenance` text NOT NULL,
	`snapshot` text,
	`mapping_version` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `entity`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `exceptions` (
	`installation` text NOT NULL,
	`id` text NOT NULL,
	`state` text NOT NULL,
	`entity` text,
	`connection` text,
	`record_type` text,
	`kind` text,
	`control` text NOT NULL,
	`owner` text NOT NULL,
	`code` text NOT NULL,
	`params` text NOT NULL,
	`hash` text,
	`made_ms` integer NOT NULL,
	`due_ms` integer NOT NULL,
	`closed_ms` integer,
	`closed_by` text,
	`reason` text,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `exceptions_open` ON `exceptions` (`installation`,`state`,`owner`);--> statement-breakpoint
CREATE TABLE `installations` (
	`installation` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`shard` text NOT NULL,
	`jurisdiction` text NOT NULL,
	`created_ms` integer NOT NULL,
	`run` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `links` (
	`installation` text NOT NULL,
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`part` text NOT NULL,
	`entity` text NOT NULL,
	`kind` text NOT NULL,
	`ended_ms` integer,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `entity`, `connection`, `record_type`, `record_id`, `part`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mapping_versions` (
	`installation` text NOT NULL,
	`version` integer NOT NULL,
	`content` text NOT NULL,
	`by` text NOT NULL,
	`published_ms` integer NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `receipts` (
	`installation` text NOT NULL,
	`command` text NOT NULL,
	`outcome` text NOT NULL,
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`record_id` text,
	`request_id` text,
	`code` text,
	`hash` text NOT NULL,
	`mapping_version` integer NOT NULL,
	`tries` integer NOT NULL,
	`calls_milli` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `command`, `outcome`, `run`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `statuses` (
	`installation` text NOT NULL,
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`reason` text,
	`params` text,
	`record_id` text,
	`owner` text,
	`at_ms` integer NOT NULL,
	`next_ms` integer,
	`run` integer NOT NULL,
	PRIMARY KEY(`installation`, `entity`, `connection`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `timeline` (
	`installation` text NOT NULL,
	`entity` text NOT NULL,
	`run` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`entries` text NOT NULL,
	PRIMARY KEY(`installation`, `entity`, `run`)
) WITHOUT ROWID;
