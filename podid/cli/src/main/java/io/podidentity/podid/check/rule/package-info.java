/** What a rule is, sees and reports: start at {@code RuleFamily}. */
@NullMarked
package io.podidentity.podid.check.rule;

import org.jspecify.annotations.NullMarked;
