ALTER TABLE `revocation_lists` ADD `next_update` integer;--> statement-breakpoint
ALTER TABLE `revocation_lists` ADD `made_at` integer;--> statement-breakpoint
ALTER TABLE `revocation_lists` ADD `complete` blob;--> statement-breakpoint
ALTER TABLE `revocation_lists` ADD `for_distribution_points` blob;--> statement-breakpoint
ALTER TABLE `authorities` DROP COLUMN `last_list`;--> statement-breakpoint
ALTER TABLE `authorities` DROP COLUMN `last_point_list`;--> statement-breakpoint
ALTER TABLE `authorities` DROP COLUMN `last_list_ends`;