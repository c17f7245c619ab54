/**
 * What a rule is, sees and reports. A {@code RuleFamily} has rules. Each rule is a {@code Report}, which knows its
 * {@code About} and collects each {@code Finding}. {@code RuleContext} is what the rules see.
 */
@NullMarked
package io.podidentity.podid.check.rule;

import org.jspecify.annotations.NullMarked;
