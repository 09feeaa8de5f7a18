CREATE TABLE `administrators` (
	`name` text PRIMARY KEY NOT NULL,
	`folded_name` text NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `administrators_folded_name_unique` ON `administrators` (`folded_name`);