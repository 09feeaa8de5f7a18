ALTER TABLE `revocation_lists` ADD `next_update` integer;--> statement-breakpoint
ALTER TABLE `revocation_lists` ADD `made_at` integer;--> statement-breakpoint
ALTER TABLE `revocation_lists` ADD `complete` blob;--> statement-breakpoint
ALTER TABLE `revocation_lists` ADD `for_distribution_points` blob;