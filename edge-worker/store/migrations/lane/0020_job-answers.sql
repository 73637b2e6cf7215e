CREATE TABLE `job_answers` (
	`job` text NOT NULL,
	`hold` text NOT NULL,
	`was` text NOT NULL,
	PRIMARY KEY(`job`, `hold`)
) WITHOUT ROWID;
