CREATE TABLE `trust_anchors` (
	`since` integer PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL
);
