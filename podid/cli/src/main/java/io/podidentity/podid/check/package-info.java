/**
 * The command {@code podid check}, which finds mistakes in manifests.
 *
 * <p>Start at {@code CheckCommand}. To add a rule, begin at {@code rule.RuleFamily}. {@code Settings} and {@code
 * Suppressions} decide which findings are reported, {@code Fixes} corrects files, and {@code TextFindings}, {@code
 * JsonFindings}, {@code SarifLog} and {@code JunitXml} write the reports.
 */
@NullMarked
package io.podidentity.podid.check;

import org.jspecify.annotations.NullMarked;
