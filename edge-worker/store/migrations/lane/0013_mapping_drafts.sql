CREATE TABLE `mapping_drafts` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`base` integer NOT NULL,
	`revision` integer NOT NULL,
	`state` text NOT NULL,
	`content` text NOT NULL,
	`note` text,
	`rehearsal` text,
	`by` text NOT NULL,
	`made_ms` integer NOT NULL,
	`changed_by` text NOT NULL,
	`changed_ms` integer NOT NULL,
	`writers` text NOT NULL,
	`submitted_by` text,
	`answered_by` text,
	`reason` text,
	`version` integer
) WITHOUT ROWID;
