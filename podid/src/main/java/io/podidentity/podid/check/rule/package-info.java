/** What a rule is, sees and reports: start at {@code Rule}. */
@NullMarked
package io.podidentity.podid.check.rule;

import org.jspecify.annotations.NullMarked;
