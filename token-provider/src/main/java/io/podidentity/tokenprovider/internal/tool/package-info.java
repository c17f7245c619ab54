/**
 * Developer tools that hand out tokens: Azure CLI, Azure Developer CLI, Azure PowerShell, and how a process is run.
 * Start with {@link io.podidentity.tokenprovider.internal.tool.AzureCliTokenSource}.
 */
@NullMarked
package io.podidentity.tokenprovider.internal.tool;

import org.jspecify.annotations.NullMarked;
