CREATE TABLE `mailbox_records` (
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`seq` integer NOT NULL,
	`external_id` text,
	`wire` text,
	`told_ms` integer NOT NULL,
	PRIMARY KEY(`connection`, `record_type`, `record_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mailbox_news` ON `mailbox_records` (`connection`,`seq`);--> statement-breakpoint
CREATE TABLE `mailbox_statuses` (
	`connection` text NOT NULL,
	`seq` integer NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`status` text NOT NULL,
	PRIMARY KEY(`connection`, `seq`)
) WITHOUT ROWID;
