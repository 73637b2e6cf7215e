CREATE TABLE `job_writes` (
	`job` text NOT NULL,
	`entity` text NOT NULL,
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`kind` text NOT NULL,
	`record_id` text,
	`over` text NOT NULL,
	PRIMARY KEY(`job`, `entity`, `connection`, `record_type`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `links` ADD `put_back` text;