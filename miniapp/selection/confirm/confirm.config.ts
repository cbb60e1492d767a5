export default definePageConfig({ navigationBarTitleText: '核对后选定' });
