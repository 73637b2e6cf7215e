CREATE TABLE `deletions` (
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`proved_ms` integer NOT NULL,
	`state` text NOT NULL,
	`counted` integer NOT NULL,
	PRIMARY KEY(`connection`, `record_type`, `record_id`)
) WITHOUT ROWID;
