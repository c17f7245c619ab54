/** Findings for people and programs, a class for each format. */
@NullMarked
package io.podidentity.podid.check.report;

import org.jspecify.annotations.NullMarked;
