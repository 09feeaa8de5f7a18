ALTER TABLE `certificates` ADD `key_thumbprint` text;--> statement-breakpoint
CREATE INDEX `certificates_by_key` ON `certificates` (`key_thumbprint`);--> statement-breakpoint
CREATE INDEX `certificates_without_key` ON `certificates` (`fingerprint`) WHERE key_thumbprint is null and pem is not null;