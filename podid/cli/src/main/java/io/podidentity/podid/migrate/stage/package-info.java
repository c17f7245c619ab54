/**
 * Puts new files in place together, or none of them.
 *
 * <p>{@code Stage} has the new files where only the user sees them. {@code Journal} then puts them in place, and makes
 * all files what they were if that fails or the process is ended.
 */
@NullMarked
package io.podidentity.podid.migrate.stage;

import org.jspecify.annotations.NullMarked;
