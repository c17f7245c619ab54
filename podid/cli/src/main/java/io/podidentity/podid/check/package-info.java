/** {@code podid check}: start at {@code CheckCommand}; to add a rule, begin at {@code rule.RuleFamily}. */
@NullMarked
package io.podidentity.podid.check;

import org.jspecify.annotations.NullMarked;
