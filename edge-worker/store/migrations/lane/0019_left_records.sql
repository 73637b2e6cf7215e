CREATE TABLE `left_records` (
	`connection` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`kind` text NOT NULL,
	`entity` text NOT NULL,
	PRIMARY KEY(`connection`, `record_type`, `record_id`, `kind`)
) WITHOUT ROWID;
