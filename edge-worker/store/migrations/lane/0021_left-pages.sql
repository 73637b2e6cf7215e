ALTER TABLE `left_records` ADD `former` text;--> statement-breakpoint
CREATE INDEX `left_records_former` ON `left_records` (`former`);