CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`cause` text NOT NULL,
	`answer` text NOT NULL,
	`reason` text NOT NULL,
	`by` text NOT NULL,
	`owners` text,
	`state` text NOT NULL,
	`total` integer NOT NULL,
	`done` integer NOT NULL,
	`failed` integer NOT NULL,
	`after_hold` text NOT NULL,
	`until_hold` text NOT NULL,
	`problem` text,
	`made_ms` integer NOT NULL,
	`ended_ms` integer
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `holds` ADD `cause` text;--> statement-breakpoint
ALTER TABLE `holds` ADD `assignee` text;--> statement-breakpoint
ALTER TABLE `holds` ADD `snoozed_ms` integer;