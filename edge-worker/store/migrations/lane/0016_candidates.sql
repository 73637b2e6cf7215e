CREATE TABLE `candidates` (
	`connection` text NOT NULL,
	`kind` text NOT NULL,
	`record_type` text NOT NULL,
	`record_id` text NOT NULL,
	`entity` text NOT NULL,
	`score` integer NOT NULL,
	`reasons` text NOT NULL,
	`state` text NOT NULL,
	PRIMARY KEY(`connection`, `kind`, `record_type`, `record_id`, `entity`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `candidates_entity` ON `candidates` (`entity`);