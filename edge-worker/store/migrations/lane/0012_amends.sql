ALTER TABLE `approvals` ADD `amends` text;--> statement-breakpoint
ALTER TABLE `holds` ADD `amends` text;