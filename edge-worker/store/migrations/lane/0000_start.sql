CREATE TABLE `approvals` (
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`control` text NOT NULL,
	`hash` text NOT NULL,
	`outcome` text NOT NULL,
	`by` text NOT NULL,
	`reason` text NOT NULL,
	`at_ms` integer NOT NULL,
	PRIMARY KEY(`entity`, `connection`, `control`, `hash`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`connection` text NOT NULL,
	`commands` text NOT NULL,
	`started_ms` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `billed_lines` (
	`source` text PRIMARY KEY NOT NULL,
	`invoice` text NOT NULL,
	`line` text NOT NULL,
	`run` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `business_keys` (
	`key` text NOT NULL,
	`entity` text NOT NULL,
	PRIMARY KEY(`key`, `entity`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `commands` (
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`part` text NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`hash` text NOT NULL,
	`content` text NOT NULL,
	`wire` text NOT NULL,
	`record_id` text,
	`carried` text NOT NULL,
	`is_create` integer NOT NULL,
	`mapping_version` integer NOT NULL,
	`due_ms` integer NOT NULL,
	`deadline_ms` integer,
	`tries` integer NOT NULL,
	`waits` text,
	`made_ms` integer NOT NULL,
	`event_ms` integer NOT NULL,
	PRIMARY KEY(`entity`, `connection`, `record_type`, `part`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `commands_due` ON `commands` (`connection`,`state`,`due_ms`);--> statement-breakpoint
CREATE TABLE `deliveries` (
	`seq` integer PRIMARY KEY NOT NULL,
	`connection` text NOT NULL,
	`delivery` text NOT NULL,
	`received_ms` integer NOT NULL,
	`notices` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deliveries_once` ON `deliveries` (`connection`,`delivery`);--> statement-breakpoint
CREATE TABLE `entities` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`version` integer NOT NULL,
	`canonical` text NOT NULL,
	`provenance` text NOT NULL,
	`event_ms` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `flush_log` (
	`seq` integer PRIMARY KEY NOT NULL,
	`run` integer NOT NULL,
	`rows` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `holds` (
	`id` text PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`part` text NOT NULL,
	`kind` text NOT NULL,
	`control` text NOT NULL,
	`owner` text NOT NULL,
	`code` text NOT NULL,
	`params` text NOT NULL,
	`hash` text NOT NULL,
	`around` text,
	`made_ms` integer NOT NULL,
	`due_ms` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `holds_slot` ON `holds` (`entity`,`connection`,`record_type`,`part`);--> statement-breakpoint
CREATE TABLE `lane_state` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `links` (
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`part` text NOT NULL,
	`kind` text NOT NULL,
	`record_id` text,
	`given` text,
	`baseline` text,
	`version` text,
	`seen_ms` integer NOT NULL,
	`writes` text,
	`consumption` text,
	`differences` text,
	`run` integer NOT NULL,
	PRIMARY KEY(`entity`, `connection`, `record_type`, `part`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `links_record` ON `links` (`connection`,`record_type`,`record_id`,`part`,`kind`) WHERE record_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `purchase_orders` (
	`contract` text PRIMARY KEY NOT NULL,
	`used_minor` text NOT NULL,
	`currency` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rechecks` (
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`kind` text NOT NULL,
	`due_ms` integer NOT NULL,
	`tries` integer NOT NULL,
	`event_ms` integer NOT NULL,
	PRIMARY KEY(`connection`, `record_type`, `record_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `status_due` (
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`due_ms` integer NOT NULL,
	`tries` integer NOT NULL,
	`run` integer NOT NULL,
	PRIMARY KEY(`entity`, `connection`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `stray_keys` (
	`key` text NOT NULL,
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	PRIMARY KEY(`key`, `connection`, `record_type`, `record_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `strays` (
	`connection` text NOT NULL,
	`kind` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`keys` text NOT NULL,
	`baseline` text NOT NULL,
	`version` text NOT NULL,
	`seen_ms` integer NOT NULL,
	PRIMARY KEY(`connection`, `kind`, `record_type`, `record_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `waits` (
	`connection` text NOT NULL,
	`reference` text NOT NULL,
	`entity` text NOT NULL,
	PRIMARY KEY(`connection`, `reference`, `entity`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `connections` (
	`id` text PRIMARY KEY NOT NULL,
	`system` text NOT NULL,
	`roles` text NOT NULL,
	`account` text NOT NULL,
	`environment` text NOT NULL,
	`settings` text NOT NULL,
	`sealed_secrets` text NOT NULL,
	`routing` text,
	`state` text NOT NULL,
	`key_version` integer NOT NULL,
	`fault` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `cursors` (
	`connection` text NOT NULL,
	`feed` text NOT NULL,
	`cursor` text,
	`next_ms` integer NOT NULL,
	`purpose` text NOT NULL,
	PRIMARY KEY(`connection`, `feed`, `purpose`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `flows` (
	`connection` text NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`cutover_on` text,
	PRIMARY KEY(`connection`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mapping_versions` (
	`version` integer PRIMARY KEY NOT NULL,
	`content` text NOT NULL,
	`published_ms` integer NOT NULL,
	`by` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `tokens` (
	`connection` text NOT NULL,
	`name` text NOT NULL,
	`sealed` text NOT NULL,
	`expires_ms` integer NOT NULL,
	PRIMARY KEY(`connection`, `name`)
) WITHOUT ROWID;
