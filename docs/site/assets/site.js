// What every page does beside being read: the theme, "/" to search, a button to copy code.
const theme = document.getElementById('theme')
theme.value = document.documentElement.dataset.theme ?? 'system'
theme.addEventListener('change', () => {
  if (theme.value === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
  try {
    if (theme.value === 'system') localStorage.removeItem('sluice.theme')
    else localStorage.setItem('sluice.theme', theme.value)
  } catch {
    // Without storage the choice holds for this page.
  }
})

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target.closest('input, select, textarea')) return
  event.preventDefault()
  document.querySelector('[type=search]').focus()
})

// Pages on plain HTTP and from disk may have no clipboard: then there is no button.
if (navigator.clipboard)
  for (const block of document.querySelectorAll('pre')) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'copy'
    button.textContent = 'Copy'
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(block.querySelector('code').textContent)
      button.textContent = 'Copied'
      setTimeout(() => (button.textContent = 'Copy'), 1500)
    })
    block.prepend(button)
  }

document.querySelector('#menu [aria-current]')?.scrollIntoView({ block: 'nearest' })
